"""Which Glidepath this is; beside the rooms, so that every room can say it without loading the package's door."""

VERSION = "0.1.0"

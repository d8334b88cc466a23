"""Runs workflows in this process, through the engine that the server uses."""

from glidepath.local.options import RunOptions as RunOptions
from glidepath.local.run import run as run

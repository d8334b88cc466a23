"""Glidepath: the Flyte 1 platform in Python."""

__version__ = "0.1.0"

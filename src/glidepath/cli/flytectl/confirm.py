"""Ask before something is changed: y or n, in any case; anything else asks again; the end of input means no."""

from __future__ import annotations

import sys

import click


def confirmed(question: str) -> bool:
    """The answer to ``question [y/n]:``."""
    while True:
        click.echo(f"{question} [y/n]: ", nl=False)
        line = sys.stdin.readline()
        if not line:
            click.echo()
            return False
        answer = line.strip().lower()
        if answer in {"y", "yes"}:
            return True
        if answer in {"n", "no"}:
            return False

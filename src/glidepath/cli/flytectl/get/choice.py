"""Which versions of an entity a ``get`` command shows: one, the newest, or a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import click

from glidepath.cli.flytectl.context import Scope
from glidepath.errors import FlyteEntityNotExistException, FlyteValueException

_Entity = TypeVar("_Entity")


@dataclass(frozen=True)
class Choice:
    """What the user asked for."""

    kind: str
    """``task``, ``workflow``, ``launchplan``: as messages spell it."""
    name: str | None
    version: str
    latest: bool

    def single(self, found: Sequence[_Entity]) -> _Entity:
        """The one entity that an execution file is written for. Raises FlyteValueException for more than one."""
        if self.name is None or not (self.version or self.latest):
            raise FlyteValueException(
                f"--execFile needs one version of one {self.kind}",
                hint=f"flytectl get {self.kind} NAME --latest --execFile FILE",
            )
        return found[0]


def chosen(
    choice: Choice,
    scope: Scope,
    *,
    one: Callable[[str, str, str, str], _Entity],
    newest: Callable[[str, str, str], _Entity | None],
    every: Callable[[], Iterable[_Entity]],
) -> list[_Entity]:
    """The entities that a choice means. Raises FlyteEntityNotExistException when a named one is not there."""
    if choice.name is None:
        if choice.version or choice.latest:
            raise FlyteValueException(
                f"--version and --latest need the name of a {choice.kind}", hint=f"flytectl get {choice.kind} NAME"
            )
        return list(every())
    if choice.version:
        return [one(scope.project, scope.domain, choice.name, choice.version)]
    if choice.latest:
        found = newest(scope.project, scope.domain, choice.name)
        versions = [found] if found is not None else []
    else:
        versions = list(every())
    if not versions:
        raise FlyteEntityNotExistException(
            f"no {choice.kind}s retrieved for {choice.name}",
            where=str(scope),
            hint=f"flytectl get {choice.kind} lists what is there",
        )
    return versions


def say_empty(found: Sequence[object], choice: Choice, scope: Scope) -> None:
    """Tell a person that a list is empty; standard output stays data."""
    if not found:
        click.echo(f"no {choice.kind}s in {scope}", err=True)

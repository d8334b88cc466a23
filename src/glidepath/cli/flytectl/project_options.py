"""The flags that describe a project, shared by ``create project`` and ``update project``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from glidepath.cli.flytectl.command import switch
from glidepath.errors import FlyteValueException

R = TypeVar("R")


@dataclass(frozen=True)
class ProjectOptions:
    """What flags and file say about a project; None: not said."""

    id: str = ""
    name: str | None = None
    description: str | None = None
    labels: dict[str, str] | None = None
    activate: bool = False
    archive: bool = False
    dry_run: bool = False
    force: bool = False

    def project_id(self, project: str) -> str:
        """The id, from ``--id``, the file, or ``-p``. Raises FlyteValueException for none or for two."""
        if self.id and project:
            raise FlyteValueException("both project and id are passed", hint="drop -p, or --id")
        if not (self.id or project):
            raise FlyteValueException("project id wasn't passed", hint="add --id NAME")
        return self.id or project


def project_options(function: Callable[..., R]) -> Callable[..., R]:
    """A decorator: adds the flags to a command and gives it ``options: ProjectOptions``."""

    def call(**flags: Any) -> R:
        return function(options=_options(**flags))

    wrapped: Callable[..., R] = update_wrapper(call, function)
    for decorate in (
        switch("--force", help="Do not ask."),
        switch("dry_run", "--dryRun", help="Do everything but the change."),
        switch("archive_old", "--archiveProject", help="The old name of --archive."),
        switch("activate_old", "--activateProject", help="The old name of --activate."),
        switch("--archive", help="Archive it: lists no longer show it."),
        switch("--activate", help="Activate it."),
        click.option(
            "--file", "path", type=click.Path(exists=True, dir_okay=False), help="YAML with id, name, description, labels."
        ),
        click.option("--labels", help="k=v,k=v"),
        click.option("--description", help="What it is for."),
        click.option("--name", help="A name for people."),
        click.option("id_", "--id", default="", help="The id: lower-case letters, digits and dashes."),
    ):
        wrapped = decorate(wrapped)
    return wrapped


def _options(*, path: str | None, labels: str | None, id_: str, **flags: Any) -> ProjectOptions:
    activate = flags["activate"] or flags["activate_old"]
    archive = flags["archive"] or flags["archive_old"]
    if activate and archive:
        raise FlyteValueException("invalid state passed. Specify either activate or archive", hint="drop one of the two flags")
    said = _read(Path(path)) if path else {}
    given = _pairs(labels) if labels is not None else None
    return ProjectOptions(
        id=id_ or str(said.get("id") or ""),
        name=flags["name"] if flags["name"] is not None else said.get("name"),
        description=flags["description"] if flags["description"] is not None else said.get("description"),
        labels=given if given is not None else _labels(said),
        activate=activate,
        archive=archive,
        dry_run=flags["dry_run"],
        force=flags["force"],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FlyteValueException(f"unable to read from {path} yaml file: {error}") from error
    if not isinstance(document, dict):
        raise FlyteValueException(f"unable to read from {path} yaml file: it holds no map")
    return {str(key).lower(): value for key, value in document.items()}


def _labels(document: dict[str, Any]) -> dict[str, str] | None:
    labels = document.get("labels")
    if not isinstance(labels, dict):
        return None
    return {str(key): str(value) for key, value in (labels.get("values") or {}).items()}


def _pairs(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise FlyteValueException(f"labels {text!r} are not pairs", hint="write them as team=blue,tier=gold")
    return {key.strip(): value.strip() for key, _, value in pairs}

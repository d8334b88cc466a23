"""``pyflyte run FILE``: a group whose commands are the entities of a file."""

from __future__ import annotations

import dataclasses
import enum
import os
from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import click

import glidepath.compat
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflows import WorkflowBase
from glidepath.bundle.loading import LoadedModule, load_file
from glidepath.cli.pyflyte.run import settings_of
from glidepath.cli.pyflyte.run.inputs import EntityCommand, Input
from glidepath.cli.pyflyte.run.local import Runnable, local_context, run_here
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.cli.pyflyte.session import Session
from glidepath.errors import FlyteEntityNotFoundException
from glidepath.storage import open_storage

_KINDS: tuple[tuple[type[Any], str], ...] = ((WorkflowBase, "workflow"), (LaunchPlan, "launch plan"), (Task, "task"))


class FileGroup(click.Group):
    """The entities of one file. The file is loaded when its entities are asked for."""

    def __init__(self, file: str) -> None:
        super().__init__(file, help=f"Run an entity of {file}.", subcommand_metavar="ENTITY [INPUTS]...")
        self._file = file

    @cached_property
    def module(self) -> LoadedModule:
        """The loaded file. A URI is fetched into this folder for the time of the command."""
        glidepath.compat.install()
        path = Path(self._file)
        if "://" in self._file:
            path = Path.cwd() / self._file.rsplit("/", 1)[-1]
            _fetch(self._file, path)
        if not path.is_file():
            raise click.ClickException(f"File {self._file} does not exist.")
        return load_file(path)

    @cached_property
    def entities(self) -> dict[str, Runnable]:
        """By the names of the variables that hold them, workflows first; entities of other files that it imports, too."""
        found = [
            (name, value)
            for name, value in vars(self.module.module).items()
            if isinstance(value, (Task, WorkflowBase, LaunchPlan))
        ]
        return {name: entity for kind, _ in _KINDS for name, entity in sorted(found, key=_by_name) if isinstance(entity, kind)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entities)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, described(entity)) for name, entity in self.entities.items()]
        with formatter.section("Entities"):
            formatter.write_dl(rows or [("(none)", "This file has no task, workflow or launch plan.")])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        entity = self.entities.get(cmd_name)
        if entity is None:
            known = ", ".join(self.entities) or "none"
            raise FlyteEntityNotFoundException(
                f"Task/Workflow {cmd_name!r} not found in {self._file}", hint=f"there are: {known}"
            )
        session, settings = settings_of(ctx)
        return command_of(cmd_name, entity, self.module, session, settings)


def command_of(name: str, entity: Runnable, module: LoadedModule, session: Session, settings: RunSettings) -> click.Command:
    """The command that runs an entity, here or on the control plane."""
    if settings.remote:
        # Registration loads grpc, which a local run does without.
        from glidepath.cli.pyflyte.run.remote import RemoteRun

        run = RemoteRun(session, settings, module, entity)
        return EntityCommand(name, inputs_of(entity), run.start, run.context, described(entity))
    return EntityCommand(
        name,
        inputs_of(entity),
        lambda values: run_here(entity, settings, values, verbose=session.verbose > 0),
        local_context,
        described(entity),
    )


def inputs_of(entity: Runnable) -> list[Input]:
    """The inputs that a launch may set: without those that a launch plan fixes, with the defaults that it saves."""
    interface = entity.interface
    return [
        Input(
            name=name,
            literal_type=interface.input_types[name],
            python_type=parameter.python_type,
            required=parameter.required,
            default="" if parameter.required else shown(parameter.fallback),
            description="" if parameter.description == name else parameter.description,
        )
        for name, parameter in interface.inputs.items()
    ]


def shown(value: Any) -> str:
    """A default for people, in the form in which it could be typed."""
    if value is None:
        return ""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, (type, os.PathLike)):
        return _json(dataclasses.asdict(value), str)
    if isinstance(value, (list, dict)):
        return _json(value, shown)
    return str(value)


def _json(value: Any, default: Callable[[Any], str]) -> str:
    import json  # few entities have such defaults

    return json.dumps(value, default=default)


def described(entity: Runnable) -> str:
    """``workflow hello.hello_wf: Greets a person.``"""
    kind = next(text for type_, text in _KINDS if isinstance(entity, type_))
    docstring = getattr(entity, "docstring", None)
    summary = docstring.short if docstring else ""
    return f"{kind} {entity.name}{': ' if summary else ''}{summary}"


def _by_name(item: tuple[str, Any]) -> str:
    return item[0]


def _fetch(uri: str, path: Path) -> None:
    if path.exists():
        raise click.ClickException(f"{path.name} is in this folder already; {uri} would overwrite it.")
    import tempfile  # only a file from elsewhere needs it

    with tempfile.TemporaryDirectory() as folder:
        fetched = Path(folder) / path.name
        open_storage().download(uri, fetched)
        path.write_bytes(fetched.read_bytes())
    click.get_current_context().call_on_close(lambda: path.unlink(missing_ok=True))

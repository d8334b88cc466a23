"""``pyflyte run remote-launchplan|remote-workflow|remote-task``: run what the control plane already holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from glidepath.cli.output import as_json, document_of
from glidepath.cli.pyflyte.run import settings_of
from glidepath.cli.pyflyte.run.inputs import EntityCommand, Input
from glidepath.cli.pyflyte.run.remote import start
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.clients.pages import Query
from glidepath.idl import core
from glidepath.remote.entities import Fetched
from glidepath.remote.handle import FlyteRemote
from glidepath.types import guess_python_type

_Find = Callable[[FlyteRemote, str, str | None], Fetched]


class RemoteGroup(click.Group):
    """The names of one kind of entity; a command is ``NAME`` or ``NAME:VERSION``."""

    def __init__(self, name: str, kind: core.ResourceType, find: _Find, **settings: Any) -> None:
        super().__init__(name, subcommand_metavar="NAME[:VERSION] [INPUTS]...", **settings)
        self._kind = kind
        self._find = find

    def list_commands(self, ctx: click.Context) -> list[str]:
        session, settings = settings_of(ctx)
        with session.remote(settings.project, settings.domain) as remote:
            query = Query(sort_key="", limit=settings.limit)
            names = remote.client.named_entities(self._kind, remote.default_project, remote.default_domain, query)
            return [entity.id.name for entity in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Names"):
            formatter.write_dl([(name, "") for name in self.list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        session, settings = settings_of(ctx)
        remote = session.remote(settings.project, settings.domain)
        ctx.call_on_close(remote.close)
        name, _, version = cmd_name.partition(":")
        entity = self._find(remote, name, version or None)
        return EntityCommand(
            cmd_name,
            [_input(name, parameter) for name, parameter in entity.parameters.parameters.items()],
            partial(_launch, remote, entity, settings),
            context=lambda: remote.context(settings.project, settings.domain),
            help_text=f"Run {entity}.",
        )


def _launch(remote: FlyteRemote, entity: Fetched, settings: RunSettings, values: dict[str, Any]) -> None:
    click.get_current_context().exit(start(remote, entity, settings, values))


def _input(name: str, parameter: core.Parameter) -> Input:
    """An input as its literal type tells it. Defaults are the control plane's; they are only shown."""
    return Input(
        name=name,
        literal_type=parameter.var.type,
        python_type=guess_python_type(parameter.var.type),
        required=parameter.required,
        default=_shown(parameter.default) if parameter.WhichOneof("behavior") == "default" else "",
        description="" if parameter.var.description == name else parameter.var.description,
    )


def _shown(literal: core.Literal) -> str:
    primitive = literal.scalar.primitive
    field = primitive.WhichOneof("value")
    if field in {"integer", "float_value", "string_value", "boolean"}:
        return str(getattr(primitive, field))
    return " ".join(as_json(document_of(literal)).split())


def _launch_plan(remote: FlyteRemote, name: str, version: str | None) -> Fetched:
    """The active version, or with a warning the newest."""
    if version:
        return remote.fetch_launch_plan(name=name, version=version)
    active = remote.fetch_active_launchplan(name=name)
    if active is not None:
        return active
    newest = remote.fetch_launch_plan(name=name)
    click.secho(f"No version of launch plan {name} is active; taking the newest, {newest.version}", fg="yellow", err=True)
    return newest


def _workflow(remote: FlyteRemote, name: str, version: str | None) -> Fetched:
    """The launch plan of the workflow's own name, which knows its defaults."""
    workflow = remote.fetch_workflow(name=name, version=version)
    return remote.fetch_launch_plan(name=name, version=workflow.version)


def _task(remote: FlyteRemote, name: str, version: str | None) -> Fetched:
    return remote.fetch_task(name=name, version=version)


launch_plans = RemoteGroup(
    "remote-launchplan", core.ResourceType.LAUNCH_PLAN, _launch_plan, help="Run a launch plan of the control plane."
)
workflows = RemoteGroup("remote-workflow", core.ResourceType.WORKFLOW, _workflow, help="Run a workflow of the control plane.")
tasks = RemoteGroup("remote-task", core.ResourceType.TASK, _task, help="Run a task of the control plane.")

"""What a command of ``flytectl`` works with: the configuration, a client, the scope (project, domain), the output format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from glidepath import clients
from glidepath.cli.flytectl.command import FLAGS_KEY
from glidepath.clients.config import PlatformConfig
from glidepath.clients.config_sources import FLYTECTL_SEARCH
from glidepath.errors import FlyteValueException

if TYPE_CHECKING:
    from glidepath.cli.output import Format
    from glidepath.clients.friendly import Client

P = ParamSpec("P")
R = TypeVar("R")
_FORMATS = ("TABLE", "JSON", "YAML")


@dataclass(frozen=True)
class Scope:
    """A project and a domain."""

    project: str
    domain: str

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}"


class Session:
    """Made once per run; nothing connects before it is needed."""

    def __init__(self, flags: Mapping[str, str]) -> None:
        """flags: global flags that were given, by name (``project``, ``admin.endpoint``)."""
        self.flags = flags

    @cached_property
    def config(self) -> PlatformConfig:
        return PlatformConfig.auto(self.flags.get("config"), self.flags, search=FLYTECTL_SEARCH)

    @cached_property
    def client(self) -> Client:
        """A client, closed at the end of the command."""
        client: Client = clients.Client.connect(self.config)
        click.get_current_context().find_root().call_on_close(client.close)
        return client

    @property
    def project(self) -> str:
        return self.flags.get("project") or self.config.project

    @property
    def domain(self) -> str:
        return self.flags.get("domain") or self.config.domain

    @property
    def scope(self) -> Scope:
        """Project and domain. Raises FlyteValueException when one is missing."""
        if not self.project or not self.domain:
            raise FlyteValueException(
                "project and domain are required parameters",
                hint="add them: -p flytesnacks -d development; or set task.project and task.domain in the configuration",
            )
        return Scope(self.project, self.domain)

    @cached_property
    def output(self) -> Format:
        """The output format. Raises FlyteValueException for an unknown one."""
        # Tables pull in protobuf's JSON; commands that print a line do not need it.
        from glidepath.cli.output import Format

        word = self.flags.get("output", "TABLE").upper()
        if word in {"DOT", "DOTURL"}:
            raise FlyteValueException(f"{word} output is not supported yet", hint="choose TABLE, JSON or YAML")
        if word not in _FORMATS:
            raise FlyteValueException(f"{word} does not belong to OutputFormat values", hint="choose TABLE, JSON or YAML")
        return Format(word)


def pass_session(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Give a command the session as its first argument."""

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        context = click.get_current_context()
        session = context.meta.get("glidepath.flytectl.session")
        if session is None:
            session = context.meta["glidepath.flytectl.session"] = Session(context.meta.get(FLAGS_KEY, {}))
        return function(session, *args, **kwargs)

    return update_wrapper(call, function)

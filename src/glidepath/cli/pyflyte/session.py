"""What the top-level flags of ``pyflyte`` say, for the commands below."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from glidepath.clients.config import PlatformConfig
    from glidepath.remote.handle import FlyteRemote

CONFIG_VARIABLE = "_FLYTECTL_CONFIG_PYFLYTE_OVERRIDE"
"""Stock flytekit's name: whatever reads a configuration later in this process, or in a child, finds the file of ``-c``."""


class Session(NamedTuple):
    """The flags before the command. Configuration and connection are made when a command asks for them."""

    config_file: str | None = None
    packages: tuple[str, ...] = ()
    verbose: int = 0

    def config(self) -> PlatformConfig:
        """How to reach the control plane: file of ``-c``, environment, files in their usual places."""
        # A local run needs no configuration, and reading one loads PyYAML.
        from glidepath.clients.config import PlatformConfig

        return PlatformConfig.auto(self.config_file)

    def remote(self, project: str | None = None, domain: str | None = None) -> FlyteRemote:
        """A handle on the control plane. Raises for a configuration that cannot be read; connects with the first call."""
        # grpc stays off the path of commands that make no call.
        from glidepath.remote.handle import FlyteRemote

        return FlyteRemote(self.config(), project, domain)

    def packages_or_configured(self) -> tuple[str, ...]:
        """The packages of ``-k``, or those of the environment (FLYTE_SDK_WORKFLOW_PACKAGES)."""
        return self.packages or split_packages((os.environ.get("FLYTE_SDK_WORKFLOW_PACKAGES", ""),))


pass_session = click.make_pass_decorator(Session, ensure=True)


def split_packages(values: tuple[str, ...]) -> tuple[str, ...]:
    """Dotted names out of values that may each hold several, separated by commas.

    >>> split_packages(("a.b,c", "d"))
    ('a.b', 'c', 'd')
    """
    return tuple(name for value in values for name in value.split(",") if name)

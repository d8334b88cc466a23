"""Run an entity on a control plane: register it if it comes from a file, launch, say where to look, wait."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from glidepath.authoring.entity import Entity
from glidepath.authoring.tasks import Task
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import LoadedModule
from glidepath.bundle.making import BundleOptions
from glidepath.cli.pyflyte.images import image_config
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.cli.pyflyte.session import Session
from glidepath.remote.deployment import Target
from glidepath.remote.entities import Fetched
from glidepath.remote.executions import FlyteWorkflowExecution
from glidepath.remote.handle import FlyteRemote

if TYPE_CHECKING:
    from glidepath.types import DataContext

_SNIPPET = """
from glidepath import FlyteRemote

remote = FlyteRemote.for_endpoint("{endpoint}", insecure={insecure}, default_project="{project}", default_domain="{domain}")
execution = remote.fetch_execution(name="{name}")
remote.wait(execution)
print(dict(execution.outputs))
"""


class RemoteRun:
    """``pyflyte run --remote FILE ENTITY``. Connects only when a value must be uploaded, or everything is ready to be sent."""

    def __init__(self, session: Session, settings: RunSettings, module: LoadedModule, entity: Entity[..., Any]) -> None:
        self._session = session
        self._settings = settings
        self._module = module
        self._entity = entity

    @cached_property
    def remote(self) -> FlyteRemote:
        remote = self._session.remote(self._settings.project, self._settings.domain)
        click.get_current_context().call_on_close(remote.close)
        return remote

    def context(self) -> DataContext:
        """The surroundings in which text becomes inputs."""
        return self.remote.context()

    def start(self, values: dict[str, Any]) -> None:
        """Register the entity, launch it, wait if asked to; ends the command with the exit code."""
        click.echo("Running Execution on Remote.")
        interface = self._entity.interface
        options = BundleOptions(copy=CopyFiles(self._settings.copies))
        deployed = self.remote.deploy(self._module, self._target(), options, only=self._entity)
        if isinstance(self._entity, Task):
            # A control plane knows no defaults of a task.
            values = interface.completed(values)
        entity = deployed.registered(self._entity)
        types = {name: parameter.python_type for name, parameter in interface.inputs.items()}
        click.get_current_context().exit(start(self.remote, entity, self._settings, values, types))

    def _target(self) -> Target:
        settings = self._settings
        return Target(
            project=self.remote.default_project,
            domain=self.remote.default_domain,
            image_config=image_config(settings.images, self._session.config_file),
            env=settings.env,
            destination=settings.destination_dir,
            resource_requests=settings.requests,
            resource_limits=settings.limits,
        )


def start(
    remote: FlyteRemote,
    entity: Fetched,
    settings: RunSettings,
    values: Mapping[str, Any],
    types: Mapping[str, Any] | None = None,
) -> int:
    """Launch a registered entity; returns the exit code: 0, or with ``--wait`` 255 when the execution did not succeed."""
    execution = remote.launch(entity, values, settings.launch(remote.default_project, remote.default_domain), types)
    link = click.style(execution.execution_url, fg="cyan")
    click.echo(f"\n{click.style('[✔]', fg='green')} Go to {link} to see execution in the console.\n")
    if settings.dump_snippet:
        click.echo(snippet(remote, execution))
    if not settings.wait:
        return 0
    # Nodes and their colours are for those who wait.
    from glidepath.cli.pyflyte.run.follow import wait_for

    return wait_for(remote, execution, settings.poll_interval)


def snippet(remote: FlyteRemote, execution: FlyteWorkflowExecution) -> str:
    """Python code that fetches an execution."""
    return _SNIPPET.format(
        endpoint=remote.config.endpoint,
        insecure=remote.config.insecure,
        project=execution.id.project,
        domain=execution.id.domain,
        name=execution.id.name,
    )

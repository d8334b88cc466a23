"""Run an entity on a control plane: register it if it comes from a file, launch, say where to look, wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.remote.entities import Fetched
from glidepath.remote.executions import FlyteWorkflowExecution
from glidepath.remote.handle import FlyteRemote

_SNIPPET = """
from glidepath import FlyteRemote

remote = FlyteRemote.for_endpoint("{endpoint}", insecure={insecure}, default_project="{project}", default_domain="{domain}")
execution = remote.fetch_execution(name="{name}")
remote.wait(execution)
print(dict(execution.outputs))
"""


def start(
    remote: FlyteRemote,
    entity: Fetched,
    settings: RunSettings,
    values: Mapping[str, Any],
    types: Mapping[str, Any] | None = None,
) -> int:
    """Launch a registered entity; returns the exit code: 0, or with ``--wait`` 255 when the execution did not succeed."""
    launch = settings.launch(settings.project or remote.default_project, settings.domain or remote.default_domain)
    execution = remote.launch(entity, values, launch, types)
    link = click.style(execution.execution_url, fg="cyan")
    click.echo(f"{click.style('[✔]', fg='green')} Go to {link} to see execution in the console.")
    if settings.dump_snippet:
        click.echo(snippet(remote, execution))
    if not settings.wait:
        return 0
    # The rest of this package's modules are for those who wait.
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

"""``flytectl create execution``: start one from a file, start one again, or go on where one failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import click
from google.protobuf.message import Message

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Scope, Session, pass_session
from glidepath.cli.flytectl.create.request import execution_request, target_of
from glidepath.cli.flytectl.execfile.read import ExecutionFile, read
from glidepath.clients.again import Changes, recovery_request
from glidepath.errors import FlyteValueException
from glidepath.idl import admin, core

Send: TypeAlias = Callable[[], core.WorkflowExecutionIdentifier]


@click.command(cls=Command)
@click.argument("name", required=False, default="")
@click.option("exec_file", "--execFile", help="A file that `flytectl get launchplan|task --execFile` wrote.")
@click.option("--relaunch", default="", help="Start this execution again, with the same inputs.")
@click.option("--recover", default="", help="Go on from what failed in this execution; also with --version or --execFile.")
@click.option(
    "from_node", "--fromNode", "--from-node", default="", help="With --recover: run this node again, and what depends on it."
)
@click.option("target_project", "--targetProject", default="", help="Project to run in; by default the one of the entity.")
@click.option("target_domain", "--targetDomain", default="", help="Domain to run in.")
@click.option("execution_cluster", "--targetExecutionCluster", default="", help="Label of the cluster to run on.")
@click.option("service_account", "--kubeServiceAcct", default="", help="Service account to run as.")
@click.option("iam_role", "--iamRoleARN", default="", help="IAM role to run as.")
@click.option("--version", default="", help="Version to run, instead of the file's.")
@click.option("cluster_pool", "--clusterPool", default="", help="Cluster pool to run in.")
@click.option("--workflow", default="", help="Launch plan to run, instead of the file's.")
@click.option("--task", default="", help="Task to run, instead of the file's.")
@switch("overwrite_cache", "--overwriteCache", help="Compute cached results again.")
@switch("dry_run", "--dryRun", help="Print the request, start nothing.")
@pass_session
def execution(
    session: Session,
    /,
    *,
    name: str,
    exec_file: str | None,
    relaunch: str,
    recover: str,
    dry_run: bool,
    from_node: str,
    **fields: Any,
) -> None:
    """Start an execution. NAME is its name; without one it gets a fresh one.

    \b
    flytectl get launchplan hello.hello_wf --latest --execFile hello.yaml -p flytesnacks -d development
    flytectl create execution --execFile hello.yaml -p flytesnacks -d development
    flytectl create execution --relaunch OLD -p flytesnacks -d development
    flytectl create execution --recover OLD -p flytesnacks -d development
    flytectl create execution --recover OLD --version v2 --fromNode n3 -p flytesnacks -d development
    """
    scope = session.scope
    if relaunch and recover:
        raise FlyteValueException("--relaunch and --recover contradict each other", hint="keep one of them")
    if from_node and not recover:
        raise FlyteValueException("--fromNode says where a recovery begins", hint="add --recover EXECUTION")
    request: Any
    if relaunch:
        request = admin.ExecutionRelaunchRequest(id=_id(scope, relaunch), name=name, overwrite_cache=fields["overwrite_cache"])
        send: Send = lambda: session.client.raw.relaunch_execution(request).id  # noqa: E731
    elif recover:
        request, send = _recovery(session, _id(scope, recover), name, _changes(session, exec_file, fields, from_node))
    elif exec_file:
        request = execution_request(session.client, scope, name, _merged(read(Path(exec_file)), fields))
        send = lambda: session.client.create_execution(request)  # noqa: E731
    else:
        raise FlyteValueException(
            "executionConfig, relaunch and recover can't be empty. Run the flytectl get task/launchplan to generate the config",
            hint="flytectl get launchplan NAME --latest --execFile FILE, then flytectl create execution --execFile FILE",
        )
    _send(request, send, dry_run)


def _changes(session: Session, exec_file: str | None, fields: dict[str, Any], from_node: str) -> Changes:
    """What a recovery does otherwise: the file's entity and inputs, or another version of what ran."""
    if not exec_file:
        return Changes(version=fields["version"], from_node=from_node)
    entity, inputs = target_of(session.client, session.scope, _merged(read(Path(exec_file)), fields), complete=False)
    return Changes(launch_plan=entity, inputs=inputs, from_node=from_node)


def _recovery(
    session: Session, execution: core.WorkflowExecutionIdentifier, name: str, changes: Changes
) -> tuple[Message, Send]:
    """The request that recovers an execution, and what sends it; one with changes is a launch of its own."""
    if changes:
        request = recovery_request(session.client.raw, execution, changes)
        request.name = name
        return request, lambda: session.client.create_execution(request)
    plain = admin.ExecutionRecoverRequest(id=execution, name=name)
    return plain, lambda: session.client.raw.recover_execution(plain).id


def _send(request: Message, send: Send, dry_run: bool) -> None:
    if dry_run:
        click.echo(f"skipping CreateExecution request (DryRun)\n{request}".rstrip())
        return
    created = send()
    click.echo(f'execution identifier project:"{created.project}" domain:"{created.domain}" name:"{created.name}"')


def _id(scope: Scope, name: str) -> core.WorkflowExecutionIdentifier:
    return core.WorkflowExecutionIdentifier(project=scope.project, domain=scope.domain, name=name)


def _merged(file: ExecutionFile, flags: dict[str, Any]) -> ExecutionFile:
    """The file with what flags say in its place. A flag for a task replaces the file's workflow, and the other way round."""
    given = {key: value for key, value in flags.items() if value}
    if given.get("task"):
        given["workflow"] = ""
    elif given.get("workflow"):
        given["task"] = ""
    return replace(file, **given)

"""``pyflyte execution``: start an execution again, see and answer its gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from glidepath.cli.pyflyte.options import scope_options
from glidepath.cli.pyflyte.session import Session, pass_session
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.remote.handle import FlyteRemote


@dataclass(frozen=True)
class _Past:
    """The execution that the commands are about. Blank parts are filled in from the configuration."""

    project: str | None
    domain: str | None
    name: str


@click.group("execution")
@scope_options
@click.option("--execution-id", required=True, metavar="NAME", help="Name of the execution.")
@click.pass_context
def execution(ctx: click.Context, project: str | None, domain: str | None, execution_id: str) -> None:
    """Start an execution again, whole or where it failed; see and answer what it waits for.

    \b
    pyflyte execution --execution-id a1b2c3 relaunch
    pyflyte execution --execution-id a1b2c3 approve publish
    """
    ctx.meta[__name__] = _Past(project, domain, execution_id)


@execution.command("recover", short_help="Go on from the nodes that succeeded.")
@click.option("--name", default="", help="Name of the new execution.")
@click.option("--version", default="", help="Run this version, and take over what still fits.")
@click.option("--from-node", default="", metavar="NODE", help="Run this node again, and what depends on it.")
@pass_session
@click.pass_context
def recover(ctx: click.Context, session: Session, name: str, version: str, from_node: str) -> None:
    """Start an execution that reuses every node that succeeded in the old one.

    \b
    pyflyte execution --execution-id a1b2c3 recover
    pyflyte execution --execution-id a1b2c3 recover --version v2
    pyflyte execution --execution-id a1b2c3 recover --from-node n3
    pyflyte run --remote --recover a1b2c3 flows.py my_wf --rate 0.2     # new code and new inputs
    """
    past: _Past = ctx.meta[__name__]
    with session.remote(past.project, past.domain) as remote:
        _say(remote, remote.recover(past.name, name, version=version, from_node=from_node).id)


@execution.command("relaunch", short_help="Run the whole thing once more.")
@click.option("--name", default="", help="Name of the new execution.")
@click.option("--overwrite-cache", is_flag=True, help="Compute cached results again.")
@pass_session
@click.pass_context
def relaunch(ctx: click.Context, session: Session, name: str, overwrite_cache: bool) -> None:
    """Start an execution with the launch plan, inputs and settings of the old one.

    \b
    pyflyte execution --execution-id a1b2c3 relaunch
    """
    past: _Past = ctx.meta[__name__]
    with session.remote(past.project, past.domain) as remote:
        _say(remote, remote.relaunch(past.name, name, overwrite_cache).id)


@execution.command("signals", short_help="List what its gates wait for.")
@pass_session
@click.pass_context
def signals(ctx: click.Context, session: Session) -> None:
    """List what gates of the execution wait for, or waited for: name, type, and the value if somebody gave it.

    \b
    pyflyte execution --execution-id a1b2c3 signals
    """
    # Texts of types and values are for those who list.
    from glidepath.types import describe, guess_python_type, to_python, to_text

    past: _Past = ctx.meta[__name__]
    with session.remote(past.project, past.domain) as remote:
        context = remote.context()
        found = remote.list_signals(past.name)
        is_over = remote.fetch_execution(name=past.name).is_done  # which also tells of a wrong name
        if not found:
            click.echo(f"no gate of {past.name} has begun to wait", err=True)
        for signal in found:
            shown = "never answered" if is_over else "waiting"
            if signal.value.WhichOneof("value") is not None:
                python_type = guess_python_type(signal.type)
                shown = to_text(to_python(signal.value, python_type, context), python_type, context)
            click.echo(f"{signal.id.signal_id} ({describe(signal.type)}): {shown}")


@execution.command("approve", short_help="Say yes to a gate.")
@click.argument("gate")
@pass_session
@click.pass_context
def approve(ctx: click.Context, session: Session, gate: str) -> None:
    """Let the execution go on that waits for the approval GATE.

    \b
    pyflyte execution --execution-id a1b2c3 approve publish
    """
    past: _Past = ctx.meta[__name__]
    with session.remote(past.project, past.domain) as remote:
        remote.approve(gate, past.name)
    click.secho(f"Approved {gate}", fg="green")


@execution.command("reject", short_help="Say no to a gate.")
@click.argument("gate")
@pass_session
@click.pass_context
def reject(ctx: click.Context, session: Session, gate: str) -> None:
    """Refuse the approval GATE; its node fails.

    \b
    pyflyte execution --execution-id a1b2c3 reject publish
    """
    past: _Past = ctx.meta[__name__]
    with session.remote(past.project, past.domain) as remote:
        remote.reject(gate, past.name)
    click.secho(f"Rejected {gate}", fg="yellow")


@execution.command(
    "set-signal",
    short_help="Give the value that a gate waits for.",
    context_settings={"ignore_unknown_options": True},  # -3 is a value
)
@click.argument("gate")
@click.argument("value")
@pass_session
@click.pass_context
def set_signal(ctx: click.Context, session: Session, gate: str, value: str) -> None:
    """Give GATE its VALUE, written as inputs of pyflyte run are: a number, a text, JSON, a file.

    \b
    pyflyte execution --execution-id a1b2c3 set-signal threshold 0.5
    """
    # Reading texts loads files, tables and dataclasses.
    from glidepath.types import from_text, guess_python_type

    past: _Past = ctx.meta[__name__]
    with session.remote(past.project, past.domain) as remote:
        declared = remote.signal_type(gate, past.name)
        python_type = guess_python_type(declared)
        parsed = from_text(value, declared, python_type, remote.context())
        remote.set_signal(gate, past.name, parsed, python_type=python_type, literal_type=declared)
    click.secho(f"Set {gate}", fg="green")


def _say(remote: FlyteRemote, new: core.WorkflowExecutionIdentifier) -> None:
    # Stock flytekit's text form of an execution id.
    click.secho(f"Launched execution: ex:{new.project}:{new.domain}:{new.name}", fg="green")
    click.echo(f"See {remote.url_of(new)}", err=True)

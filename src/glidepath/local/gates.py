"""The values that gates wait for: given with the run, or asked for on the terminal as flytekit does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, NoReturn, TypeVar

import click
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.engine import ExecutionState
from glidepath.engine.commands import AwaitSignal
from glidepath.engine.step import Step
from glidepath.errors import FlyteAssertion, FlyteException
from glidepath.idl import core
from glidepath.types import DataContext, describe, from_text, guess_python_type, to_literal
from glidepath.types.plain import unpack_binary

Answer = TypeVar("Answer")


def answer(
    state: ExecutionState, command: AwaitSignal, signals: Mapping[str, Any], ctx: DataContext, place: str
) -> core.Literal:
    """The value of a gate's signal. ``place`` names the gate's node in errors.

    Raises FlyteAssertion where none is given and nobody can be asked, KeyboardInterrupt for Ctrl-C at a question,
    FlyteTypeException or FlyteValueException for a given value that is not of the gate's type.
    """
    if command.signal_id in signals:
        try:
            return _literal(signals[command.signal_id], command, ctx)
        except FlyteException as error:
            error.where = error.where or f"gate {command.signal_id}, {place}"
            raise
    if command.approval:
        question = f"[Approval Gate] @{command.signal_id} Approve {_shown(state, command)}?"
        return _literal(_asked(lambda: click.confirm(question, default=True), command, place), command, ctx)
    question = f"[Input Gate] Waiting for input @{command.signal_id} of type {describe(command.type)}"
    return _asked(lambda: click.prompt(question, value_proc=lambda text: _typed(text, command, ctx)), command, place)


def _literal(value: Any, command: AwaitSignal, ctx: DataContext) -> core.Literal:
    python_type = guess_python_type(command.type)
    if isinstance(value, str):
        value = from_text(value, command.type, python_type, ctx)
    return to_literal(value, python_type, command.type, ctx)


def _typed(text: str, command: AwaitSignal, ctx: DataContext) -> core.Literal:
    try:
        return _literal(text, command, ctx)
    except FlyteException as error:
        raise click.UsageError(error.message) from error  # click says so, and asks again


def _asked(question: Callable[[], Answer], command: AwaitSignal, place: str) -> Answer:
    try:
        return question()
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        _nobody_there(command, place, error)
    except (OSError, RuntimeError) as error:  # standard input is closed, or a test runner holds it
        _nobody_there(command, place, error)


def _nobody_there(command: AwaitSignal, place: str, cause: Exception) -> NoReturn:
    wanted = "approval" if command.approval else f"a value of type {describe(command.type)}"
    example = "yes" if command.approval else "VALUE"
    raise FlyteAssertion(
        f"gate {command.signal_id} waits for {wanted}, and nobody is there to ask: standard input has ended or is no terminal",
        where=place,
        hint=f"give it with the run: pyflyte run --signal {command.signal_id}={example} …, "
        f"or glidepath.local.run(…, RunOptions(signals={{{command.signal_id!r}: …}}))",
    ) from cause


def _shown(state: ExecutionState, command: AwaitSignal) -> str:
    """What is to be approved: the value that goes through the gate."""
    node = state.nodes[command.uid]
    scope = state.scopes[node.scope]
    inputs = Step(state, datetime.now(timezone.utc)).resolve(scope, scope.graph.node(node.node_id))
    return ", ".join(str(_plain(literal)) for literal in inputs.literals.values())


def _plain(literal: core.Literal) -> Any:
    """A value to look at, from the literal alone: its Python type is nowhere in the graph."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [_plain(item) for item in literal.collection.literals]
    if kind == "map":
        return {name: _plain(item) for name, item in literal.map.literals.items()}
    scalar = literal.scalar
    kind = scalar.WhichOneof("value")
    if kind == "union":
        return _plain(scalar.union.value)
    if kind == "binary":
        return unpack_binary(scalar.binary)
    if kind in ("blob", "structured_dataset", "schema"):
        return getattr(scalar, kind).uri
    if kind != "primitive":
        return None if kind == "none_type" else " ".join(str(scalar).split())
    value = getattr(scalar.primitive, str(scalar.primitive.WhichOneof("value")))
    if isinstance(value, Timestamp):
        return value.ToDatetime(timezone.utc)
    return value.ToTimedelta() if isinstance(value, Duration) else value

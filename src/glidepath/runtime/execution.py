"""Runs one task on literals: the one path for local runs and for attempts of a control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.tasks import Task
from glidepath.errors import FlyteException, FlyteNonRecoverableSystemException, FlyteUserRuntimeException, IgnoreOutputs
from glidepath.idl import core
from glidepath.runtime.context import ExecutionParameters, running
from glidepath.types import DataContext, to_literal, to_python, using

if TYPE_CHECKING:
    from glidepath.authoring.dynamic_jobs import Futures

_IN_PROCESS = SerializationSettings(project="local", domain="local", version="local", in_process=True)


def run_task(
    task: Task[..., Any],
    inputs: core.LiteralMap,
    ctx: DataContext,
    parameters: ExecutionParameters,
    settings: SerializationSettings = _IN_PROCESS,
) -> core.LiteralMap | Futures:
    """Call a task with the values of ``inputs`` and give back its outputs as literals.

    A dynamic task that called entities gives what it drew instead, with ids and templates of ``settings``, by default those
    of a local run. A map task runs one item: its inputs are the item's, and so are its outputs. Inputs that are not there take
    the function's defaults. Raises
    :class:`~glidepath.errors.FlyteUserRuntimeException` with the user's own exception as ``__cause__``,
    :class:`~glidepath.errors.FlyteNonRecoverableSystemException` when a value does not fit its type, and lets
    :class:`~glidepath.errors.IgnoreOutputs` through.
    """
    task = task.worker
    if task.hooked:
        from glidepath.runtime.hooks import run_hooked  # few tasks have hooks

        return run_hooked(task, inputs, ctx, parameters)
    with running(parameters), using(ctx):
        if task.draws:
            from glidepath.runtime.dynamic import run_dynamic  # few tasks are dynamic

            return run_dynamic(task, inputs, ctx, settings)  # type: ignore[arg-type]  # such tasks are of that class
        values = values_of(task, inputs, ctx)
        try:
            result = task.call_function(values)  # type: ignore[attr-defined]  # every task without hooks has one
        except IgnoreOutputs:
            raise
        except Exception as error:
            raise FlyteUserRuntimeException(f"{type(error).__name__}: {error}", where=f"task {task.name}") from error
        return literals_of(task, result, ctx)


def values_of(task: Task[..., Any], inputs: core.LiteralMap, ctx: DataContext) -> dict[str, Any]:
    """The Python values of a task's inputs. Raises FlyteNonRecoverableSystemException naming the input that does not fit."""
    values = {}
    for name, parameter in task.interface.inputs.items():
        if name in inputs.literals:
            try:
                values[name] = to_python(inputs.literals[name], parameter.python_type, ctx)
            except Exception as error:
                raise _unfit(task, f"input {name!r}", error) from error
    return values


def literals_of(task: Task[..., Any], result: Any, ctx: DataContext) -> core.LiteralMap:
    """The outputs of what a task returned. Raises FlyteNonRecoverableSystemException naming the output that does not fit."""
    interface = task.interface
    outputs = core.LiteralMap()
    try:
        named = interface.pack_outputs(result)
    except Exception as error:
        raise _unfit(task, "what it returned", error) from error
    for name, value in named.items():
        try:
            literal = to_literal(value, interface.outputs[name].python_type, interface.output_types[name], ctx)
        except Exception as error:
            raise _unfit(task, f"output {name!r}", error) from error
        outputs.literals[name].CopyFrom(literal)
    return outputs


def _unfit(task: Task[..., Any], what: str, error: Exception) -> FlyteNonRecoverableSystemException:
    where = f"task {task.name}"
    if not isinstance(error, FlyteException):
        return FlyteNonRecoverableSystemException(f"{what} cannot be converted: {error}", where=where)
    place = f"{where}, {error.where}" if error.where else where
    return FlyteNonRecoverableSystemException(f"{what} cannot be converted: {error.message}", where=place, hint=error.hint)

"""What calls outside of workflows do: check arguments, call functions, hand workflows to the local runner."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from glidepath import end_eager_children, govern_eagerly, run_locally
from glidepath.authoring.interface import Interface
from glidepath.errors import FlyteException, FlyteTypeException
from glidepath.types import current, find, to_literal, to_python
from glidepath.types.transformer import name_of

if TYPE_CHECKING:
    from glidepath.authoring.eager_tasks import EagerTask
    from glidepath.authoring.governing import Controller
    from glidepath.authoring.launch_plans import LaunchPlan
    from glidepath.authoring.workflows import WorkflowBase

LocalRunner = Callable[["WorkflowBase[..., Any] | LaunchPlan", Mapping[str, Any]], Any]

local_runner: LocalRunner = run_locally
"""Runs a workflow or launch plan in this process: (entity, Python values of all inputs) → its Python outputs.

Authoring knows no runner; the package itself brings the one of ``glidepath.local``.
"""

ControllerFactory = Callable[["EagerTask[..., Any]"], "AbstractContextManager[Controller]"]

eager_controller: ControllerFactory = govern_eagerly
"""Who carries out what an eager function calls, while its body runs. From the package itself, as the runner is."""

eager_cleanup: Callable[[], None] = end_eager_children
"""Ends the executions that a failed eager task left running on the control plane of this process."""


def fitting(interface: Interface, values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a plain call as the declared types have them: a path for a FlyteFile becomes a FlyteFile.

    A value that is of its type is passed as it is. Raises FlyteTypeException, naming the input, for what does not fit.
    """
    return {name: _fitting(interface, name, value) for name, value in values.items()}


def _fitting(interface: Interface, name: str, value: Any) -> Any:
    parameter = interface.inputs[name]
    python_type = parameter.python_type
    if type(value) is python_type or value is parameter.default:
        return value
    family = find(python_type)
    if family.fits(value, python_type):
        return value
    try:
        ctx = current()
        return to_python(to_literal(value, python_type, interface.input_types[name], ctx), python_type, ctx)
    except FlyteException as error:
        raise FlyteTypeException(
            f"input {name!r} of {interface.owner} takes {name_of(python_type)}: {error.message}", hint=error.hint
        ) from error


def finished(result: Any) -> Any:
    """The result of a call; a coroutine is run to its end first."""
    return _await(result) if inspect.iscoroutine(result) else result


def _await(coroutine: Coroutine[Any, Any, Any]) -> Any:
    # asyncio takes longer to import than all of authoring; only async tasks pay for it.
    import asyncio

    # Not get_running_loop, whose exception would become the context of whatever the coroutine raises.
    return asyncio.run(coroutine) if asyncio._get_running_loop() is None else _in_thread(coroutine)


def _in_thread(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine beside a loop that runs already (a notebook's); context variables go along."""
    import asyncio
    import contextvars
    from concurrent.futures import ThreadPoolExecutor

    context = contextvars.copy_context()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(context.run, asyncio.run, coroutine).result()

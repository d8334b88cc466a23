"""``workflow(x=1)`` and ``pyflyte run``: values in, a run of the server's engine in this process, values out."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.workflows import WorkflowBase
from glidepath.idl import core
from glidepath.local.driver import LocalRun, Surroundings
from glidepath.local.failures import raise_failure
from glidepath.local.folders import new_run_folder
from glidepath.local.options import DEFAULTS, RunOptions
from glidepath.storage import open_storage
from glidepath.types import DataContext, to_python

_TOP = "local"
"""The name of an execution that nobody started but the caller."""

_signals: ContextVar[Mapping[str, Any]] = ContextVar("glidepath_signals", default=DEFAULTS.signals)
"""What gates are given, for the runs that an eager function of this run starts, too."""


def run(entity: WorkflowBase[..., Any] | LaunchPlan, kwargs: Mapping[str, Any], options: RunOptions = DEFAULTS) -> Any:
    """Run a workflow or launch plan with Python values; gives back what its function would return.

    Raises what a task raised, or :class:`~glidepath.errors.FlyteException` for inputs that do not fit and for gates that find
    no value. Files that the run made stay in a temporary folder, since its outputs may point there.
    """
    folder = new_run_folder()
    ctx = DataContext(open_storage(), str(folder / "raw"), folder / "data", upload=False)
    inputs = _inputs(entity, kwargs, ctx)
    workflow = entity.workflow if isinstance(entity, LaunchPlan) else entity
    signals = options.signals or _signals.get()
    local = LocalRun(workflow, Surroundings(ctx, folder, options._replace(signals=signals)), _TOP)
    token = _signals.set(signals)
    try:
        outputs = local.to_end(inputs)
    finally:
        _signals.reset(token)
    if outputs is None:
        raise_failure(entity.name, local.error, local.raised)
    interface = workflow.interface
    return interface.unpack_outputs(
        {name: to_python(outputs.literals[name], output.python_type, ctx) for name, output in interface.outputs.items()}
    )


def _inputs(entity: WorkflowBase[..., Any] | LaunchPlan, kwargs: Mapping[str, Any], ctx: DataContext) -> core.LiteralMap:
    """Literals of the given values, of the defaults, and of what a launch plan fixes."""
    interface = entity.interface
    values = interface.completed(interface.named((), kwargs))
    inputs = core.LiteralMap(literals={name: interface.literal_of(name, value, ctx) for name, value in values.items()})
    if isinstance(entity, LaunchPlan):
        inputs.MergeFrom(entity.fixed_inputs)
    return inputs

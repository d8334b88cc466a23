"""A control plane as a Python object: register, launch, wait, look at nodes, read outputs.

>>> from glidepath import FlyteRemote
>>> remote = FlyteRemote.auto(default_project="flytesnacks", default_domain="development")  # doctest: +SKIP
>>> execution = remote.execute(remote.fetch_workflow(name="hello.hello_wf"), {"name": "Ada"}, wait=True)  # doctest: +SKIP
>>> execution.outputs["o0"]  # doctest: +SKIP
'Hello, Ada!'

Names load on first use: importing this package loads neither grpc nor the authoring names.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glidepath.remote.deployment import Deployment as Deployment, Target as Target
    from glidepath.remote.entities import (
        FlyteLaunchPlan as FlyteLaunchPlan,
        FlyteTask as FlyteTask,
        FlyteWorkflow as FlyteWorkflow,
    )
    from glidepath.remote.executions import (
        FlyteNodeExecution as FlyteNodeExecution,
        FlyteTaskExecution as FlyteTaskExecution,
        FlyteWorkflowExecution as FlyteWorkflowExecution,
    )
    from glidepath.remote.handle import FlyteRemote as FlyteRemote, GlidepathRemote as GlidepathRemote
    from glidepath.remote.outputs import LiteralsResolver as LiteralsResolver

_HOMES = {
    "Deployment": "deployment",
    "FlyteLaunchPlan": "entities",
    "FlyteNodeExecution": "executions",
    "FlyteRemote": "handle",
    "FlyteTask": "entities",
    "FlyteTaskExecution": "executions",
    "FlyteWorkflow": "entities",
    "FlyteWorkflowExecution": "executions",
    "GlidepathRemote": "handle",
    "LiteralsResolver": "outputs",
    "Target": "deployment",
}

__all__ = [
    "Deployment",
    "FlyteLaunchPlan",
    "FlyteNodeExecution",
    "FlyteRemote",
    "FlyteTask",
    "FlyteTaskExecution",
    "FlyteWorkflow",
    "FlyteWorkflowExecution",
    "GlidepathRemote",
    "LiteralsResolver",
    "Target",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

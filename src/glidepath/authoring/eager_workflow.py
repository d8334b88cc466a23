"""What is registered beside an eager task: a workflow of its name, and the handler that ends what the task left running.

Reference: flytekit.md, 1.5 and 2.2. On a server of ours children end with their parent; other control planes need the handler.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from glidepath.authoring import calls
from glidepath.authoring.composing import Composition
from glidepath.authoring.docstrings import EMPTY
from glidepath.authoring.entity import Entity
from glidepath.authoring.interface import Interface, Parameter
from glidepath.authoring.launch_plans import default_launch_plan
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import Place
from glidepath.authoring.task_settings import TaskSettings, settle
from glidepath.authoring.task_workflow import TaskWorkflow
from glidepath.authoring.tasks import PythonFunctionTask
from glidepath.idl import admin

if TYPE_CHECKING:
    from glidepath.authoring.eager_tasks import EagerTask
    from glidepath.authoring.settings import SerializationSettings

_FAILURE_NODE_ID = "efn"
_ARGUMENTS = ["eager", "failure", "handler"]


class EagerWorkflow(TaskWorkflow):
    """The eager task as the only node, and its cleanup as the failure node."""

    def __init__(self, task: EagerTask[..., Any]) -> None:
        super().__init__(task.name, task)
        self.cleanup = EagerCleanup(f"{task.name}-cleanup", task.interface, task.source, task.settings)

    def companions(self) -> Iterable[Entity[..., Any]]:
        return (default_launch_plan(self),)

    def _failure_node(self, composition: Composition, inputs: dict[str, Any]) -> Node | None:
        return composition.node(self.cleanup, _FAILURE_NODE_ID, inputs, self.source)


class EagerCleanup(PythonFunctionTask[..., Any]):
    """Ends the executions that a failed eager task has launched. It takes the inputs of that task, and reads none of them."""

    task_type = "eager_failure_handler_task"

    def __init__(self, name: str, interface: Interface, place: Place, settings: TaskSettings | None = None) -> None:
        inputs = {key: Parameter(value.python_type, description=key) for key, value in interface.inputs.items()}
        Entity.__init__(self, name, Interface(inputs, {}, None, name, place), place)
        self.module = __name__
        self.task_function = end_children
        self.docstring = EMPTY
        self.settings = settle({"container_image": settings.container_image if settings else None}, end_children)._replace(
            resolver=eager_failure_task_resolver  # type: ignore[arg-type]  # a resolver by its methods
        )

    def spec(self, settings: SerializationSettings) -> admin.TaskSpec:
        return admin.TaskSpec(template=self.template(settings))


def end_children() -> None:
    """What the handler's container does."""
    calls.eager_cleanup()


class _CleanupResolver:
    """Finds the handler in a container: it is the same for every eager task."""

    location = "flytekit.core.python_function_task.eager_failure_task_resolver"

    def loader_args(self, settings: Any, task: Any) -> list[str]:
        return list(_ARGUMENTS)

    def load_task(self, loader_args: list[str]) -> EagerCleanup:
        return EagerCleanup("eager-cleanup", Interface({}, {}), Place(__file__, 0))


eager_failure_task_resolver = _CleanupResolver()
"""Under stock's name for it, which stands in specs."""

"""Plans that dynamic tasks draw, compiled in this process. Loaded when the first task has drawn one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from glidepath.authoring.references import ReferenceEntity
from glidepath.compiler import CompilationError
from glidepath.compiler.dynamic import dynamic_closure
from glidepath.engine.attempts import AttemptPlace
from glidepath.engine.commands import StartAttempt
from glidepath.engine.events import AttemptExpanded
from glidepath.errors import FlyteAssertion, FlyteException
from glidepath.idl import core, paths
from glidepath.idl.ids import text_of

if TYPE_CHECKING:
    from glidepath.authoring.dynamic_jobs import Futures

BUILD_FAILED = "DynamicWorkflowBuildFailed"
"""The code of an error that a plan which does not compile is."""


def expanded(command: StartAttempt, place: AttemptPlace, node_id: str, futures: Futures, now: datetime) -> AttemptExpanded:
    """The plan of an attempt as the engine runs it; the URIs in it are those of a server, and nothing is written there.

    Raises FlyteAssertion for a plan with references, CompilationError for one that does not fit together.
    """
    for entity in futures.entities.values():
        if isinstance(entity, ReferenceEntity):
            raise FlyteAssertion(
                f"the dynamic task {command.task.id.name} calls {text_of(entity.id)}, which is a reference: "
                "there is no code of it to run here",
                hint="run it on a control plane that has it: pyflyte run --remote",
            )
    identifier = core.Identifier(
        resource_type=core.ResourceType.WORKFLOW,
        project=command.task.id.project,
        domain=command.task.id.domain,
        name=f"dynamic_{node_id}",
        version=place.name,
    )
    closure = dynamic_closure(futures.job, identifier, command.task, futures.launch_plans)
    job_uri = paths.join(place.output_prefix, paths.FUTURES)
    closure_uri = paths.join(place.output_prefix, paths.COMPILED_FUTURES)
    return AttemptExpanded(command.uid, command.attempt, now, closure, closure_uri, job_uri)


def not_buildable(command: StartAttempt, error: CompilationError | FlyteException) -> core.ExecutionError:
    """What the engine is told of a plan that cannot be run."""
    message = f"the plan that the dynamic task [{command.task.id.name}] returned cannot be built:\n{error}"
    return core.ExecutionError(code=BUILD_FAILED, message=message, kind=core.ExecutionError.USER)

"""What a dynamic task drew, to a closure that runs in its place (reference: engine.md, 1.11)."""

from __future__ import annotations

from collections.abc import Sequence

from glidepath.compiler.catalog import LaunchPlanInterface
from glidepath.compiler.requirements import Requirements, requirements
from glidepath.compiler.tasks import compile_task
from glidepath.compiler.workflow import compile_workflow
from glidepath.idl import core
from glidepath.idl.ids import key_of


def dynamic_requirements(job: core.DynamicJobSpec) -> Requirements:
    """What a job refers to and does not hold: launch plans, and tasks that are registered already (references)."""
    needed = requirements(core.WorkflowTemplate(nodes=job.nodes), job.subworkflows)
    here = {key_of(template.id) for template in job.tasks}
    return needed._replace(tasks=[each for each in needed.tasks if key_of(each) not in here])


def dynamic_closure(
    job: core.DynamicJobSpec,
    identifier: core.Identifier,
    parent: core.TaskTemplate,
    launch_plans: Sequence[LaunchPlanInterface],
    tasks: Sequence[core.CompiledTask] = (),
) -> core.CompiledWorkflowClosure:
    """Check and link the graph that a dynamic task drew. The arguments are not changed.

    Args:
        job: the graph.
        identifier: of the workflow that it becomes: the parent's project and domain, the name ``dynamic_<node id>``, and a
            version that no other workflow of this name has.
        parent: the task that drew it. The outputs of the workflow are its own; the configuration of its container goes to the
            containers of the job too.
        launch_plans: what is known of the launch plans that :func:`dynamic_requirements` names.
        tasks: the tasks that it names, compiled before.

    Raises:
        CompilationError: with every error found, in the graph, its sub-workflows and its tasks.
    """
    template = core.WorkflowTemplate(
        id=identifier,
        metadata=core.WorkflowMetadata(),
        interface=core.TypedInterface(inputs=core.VariableMap(), outputs=parent.interface.outputs),
        nodes=job.nodes,
        outputs=job.outputs,
        metadata_defaults=core.WorkflowMetadataDefaults(),
    )
    compiled = [compile_task(_configured(each, parent)) for each in _distinct(job.tasks)]
    return compile_workflow(template, job.subworkflows, [*compiled, *tasks], launch_plans)


def _distinct(tasks: Sequence[core.TaskTemplate]) -> list[core.TaskTemplate]:
    found = {key_of(task.id): task for task in reversed(tasks)}
    return list(reversed(found.values()))


def _configured(task: core.TaskTemplate, parent: core.TaskTemplate) -> core.TaskTemplate:
    if not parent.container.config or not task.HasField("container"):
        return task
    copy = core.TaskTemplate()
    copy.CopyFrom(task)
    copy.container.config.extend(parent.container.config)
    return copy

"""Running one task: the workflow and launch plan around it, made and registered when they are first needed.

Reference: flytectl-and-admin.md, C1, "single-task execution".
"""

import re

from sqlalchemy import select

from glidepath.admin.errors import InvalidArgument
from glidepath.admin.registration import completed_launch_plan
from glidepath.admin.services.context import Context
from glidepath.admin.services.launch_plans import insert_launch_plan
from glidepath.admin.services.names import GENERATED_PREFIX
from glidepath.admin.services.tasks import load_tasks
from glidepath.admin.services.workflows import CLOSURES, insert_workflow
from glidepath.admin.store.rows import entity_key
from glidepath.admin.store.schema import launch_plans, workflows
from glidepath.compiler import CompilationError, compile_workflow
from glidepath.idl import admin, core
from glidepath.idl.hashes import digest

_MAX_NODE_ID = 63
_DEFAULT_RETRIES = 3


def generated_launch_plan(context: Context, task: core.Identifier) -> core.Identifier:
    """The id of the launch plan that runs ``task`` alone; registers it with its workflow if that is the first time.

    Raises NotFound when there is no such task.
    """
    plan = core.Identifier(resource_type=core.ResourceType.LAUNCH_PLAN, **{**entity_key(task), "name": _name(task)})
    with context.store.read() as connection:
        if connection.execute(select(launch_plans.c.id).filter_by(**entity_key(plan))).first():
            return plan
        compiled = load_tasks(connection, [task])[0]
    closure = _compiled(compiled)
    uri = context.keep(CLOSURES, closure)
    identifier = closure.primary.template.id
    request = admin.LaunchPlanCreateRequest(id=plan, spec=admin.LaunchPlanSpec(workflow_id=identifier))
    completed = completed_launch_plan(request, compiled.template.interface)
    with context.store.write() as connection:
        insert_workflow(connection, context, closure, uri, digest(closure), admin.DescriptionEntity())
        workflow_id = connection.execute(select(workflows.c.id).filter_by(**entity_key(identifier))).scalar_one()
        insert_launch_plan(connection, context, completed, workflow_id)
    return plan


def _name(task: core.Identifier) -> str:
    return f"{GENERATED_PREFIX}{task.name}"


def _compiled(task: core.CompiledTask) -> core.CompiledWorkflowClosure:
    try:
        return compile_workflow(_template(task.template), [], [task], [])
    except CompilationError as error:
        raise InvalidArgument(f"cannot run task [{task.template.id.name}] on its own: {error}") from error


def _template(task: core.TaskTemplate) -> core.WorkflowTemplate:
    """A workflow of one node, with the task's interface, which passes everything through."""
    workflow = core.Identifier(resource_type=core.ResourceType.WORKFLOW, **{**entity_key(task.id), "name": _name(task.id)})
    node_id = node_id_of(task.id.name)
    retries = task.metadata.retries.retries or _DEFAULT_RETRIES
    node = core.Node(
        id=node_id,
        metadata=core.NodeMetadata(name=node_id, retries=core.RetryStrategy(retries=retries)),
        inputs=[_binding(name, "") for name in sorted(task.interface.inputs.variables)],
        task_node=core.TaskNode(reference_id=task.id),
    )
    return core.WorkflowTemplate(
        id=workflow,
        interface=task.interface,
        nodes=[node],
        outputs=[_binding(name, node_id) for name in sorted(task.interface.outputs.variables)],
    )


def node_id_of(task_name: str) -> str:
    """A node id made of a task's name: its last 63 letters, digits and dashes."""
    return re.sub(r"[^a-zA-Z0-9-]", "", task_name)[-_MAX_NODE_ID:] or "task"


def _binding(var: str, node_id: str) -> core.Binding:
    return core.Binding(var=var, binding=core.BindingData(promise=core.OutputReference(node_id=node_id, var=var)))

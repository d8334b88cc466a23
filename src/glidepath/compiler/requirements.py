"""What a workflow needs from elsewhere: the tasks and launch plans that must be known before it compiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from glidepath.compiler.draft import branch_children
from glidepath.idl import core
from glidepath.idl.ids import key_of


class Requirements(NamedTuple):
    """Ids without repeats, each list sorted by resource type, project, domain, name, version."""

    tasks: list[core.Identifier]
    launch_plans: list[core.Identifier]


def requirements(template: core.WorkflowTemplate, sub_workflows: Sequence[core.WorkflowTemplate]) -> Requirements:
    """The tasks and launch plans that a workflow and the sub-workflows it reaches refer to.

    Looks into branches, array nodes, failure nodes and sub-workflows, not into launch plans. A launch plan with the
    workflow's own id (a workflow that launches itself) needs nothing from elsewhere.
    """
    known = {key_of(each.id): each for each in sub_workflows}
    own = key_of(template.id)
    tasks, launch_plans = {}, {}
    pending, seen = [template], {own}
    while pending:
        for node in _nodes_of(pending.pop()):
            if node.task_node.HasField("reference_id"):
                tasks[key_of(node.task_node.reference_id)] = node.task_node.reference_id
            elif node.workflow_node.HasField("launchplan_ref"):
                launch_plans[key_of(node.workflow_node.launchplan_ref)] = node.workflow_node.launchplan_ref
            elif node.workflow_node.HasField("sub_workflow_ref"):
                key = key_of(node.workflow_node.sub_workflow_ref)
                if key in known and key not in seen:
                    seen.add(key)
                    pending.append(known[key])
    return Requirements(
        tasks=[tasks[key] for key in sorted(tasks)],
        launch_plans=[launch_plans[key] for key in sorted(launch_plans) if key[1:] != own[1:]],
    )


def _nodes_of(template: core.WorkflowTemplate) -> Iterator[core.Node]:
    pending = list(template.nodes)
    if template.HasField("failure_node"):
        pending.append(template.failure_node)
    while pending:
        node = pending.pop()
        yield node
        pending.extend(branch_children(node))
        if node.HasField("array_node"):
            pending.append(node.array_node.node)

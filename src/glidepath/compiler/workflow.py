"""Workflow templates to a checked and linked closure (reference: flytectl-and-admin.md, D2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from glidepath.compiler import errors as kinds
from glidepath.compiler.catalog import Catalog, Key, LaunchPlanInterface
from glidepath.compiler.draft import Draft
from glidepath.compiler.errors import ErrorCollector
from glidepath.compiler.graph import check_graph, link, write_connections
from glidepath.compiler.interfaces import find_interfaces
from glidepath.compiler.nodes import check_nodes
from glidepath.compiler.requirements import requirements
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID, key_of
from glidepath.idl.text import compact_text


def compile_workflow(
    template: core.WorkflowTemplate,
    sub_workflows: Sequence[core.WorkflowTemplate],
    tasks: Sequence[core.CompiledTask],
    launch_plans: Sequence[LaunchPlanInterface],
) -> core.CompiledWorkflowClosure:
    """Check a workflow with all that it reaches and link its nodes. The arguments are not changed.

    Args:
        template: the workflow.
        sub_workflows: the templates of all sub-workflows, however deep; those that are not reached are passed on unchecked.
        tasks: the tasks that :func:`requirements` names, compiled before and not checked again.
        launch_plans: what is known of the launch plans that :func:`requirements` names.

    Returns:
        The workflow with start and end node and connections, sub-workflows and distinct tasks in the given order.

    Raises:
        CompilationError: with every error found, in the workflow and its sub-workflows.
    """
    catalog = Catalog.of(sub_workflows, tasks, launch_plans)
    _check_given(template, sub_workflows, catalog)
    closure = core.CompiledWorkflowClosure()
    errors = ErrorCollector()
    drafts = [_draft(template, closure.primary, catalog)]
    reached: dict[Key, core.CompiledWorkflow] = {}
    for draft in drafts:
        errors.errors.extend(draft.errors.errors)
        for reference in _sub_workflows_of(draft):
            key = key_of(reference)
            if key not in reached and key in catalog.sub_workflows:
                reached[key] = core.CompiledWorkflow()
                drafts.append(_draft(catalog.sub_workflows[key], reached[key], catalog))
    _check_nesting(drafts, errors)
    errors.raise_if_any()
    for each in sub_workflows:
        compiled = reached.get(key_of(each.id))
        closure.sub_workflows.append(core.CompiledWorkflow(template=each) if compiled is None else compiled)
    closure.tasks.extend(_distinct(tasks))
    return closure


def _check_given(template: core.WorkflowTemplate, sub_workflows: Sequence[core.WorkflowTemplate], catalog: Catalog) -> None:
    """Everything that the workflow needs must be there; otherwise nothing else is worth checking."""
    errors = ErrorCollector()
    if len(catalog.sub_workflows) < len(sub_workflows):
        errors.add(kinds.DUPLICATE_ID, START_NODE_ID)
    needed = requirements(template, sub_workflows)
    for task in needed.tasks:
        if key_of(task) not in catalog.tasks:
            errors.add(kinds.TASK_REFERENCE_NOT_FOUND, START_NODE_ID, compact_text(task))
    for plan in needed.launch_plans:
        if key_of(plan) not in catalog.launch_plans:
            errors.add(kinds.WORKFLOW_REFERENCE_NOT_FOUND, START_NODE_ID, compact_text(plan))
    errors.raise_if_any()


def _draft(template: core.WorkflowTemplate, result: core.CompiledWorkflow, catalog: Catalog) -> Draft:
    """One workflow checked and linked, its errors left in the draft."""
    draft = Draft(template, result, catalog)
    if len(draft.nodes) == 2:  # only start and end
        draft.errors.add(kinds.NO_NODES_FOUND, START_NODE_ID, compact_text(template.id))
        return draft
    if not template.HasField("interface"):
        draft.errors.add(kinds.VALUE_REQUIRED, START_NODE_ID, "interface")
    _check_variables(draft)
    find_interfaces(draft)
    check_nodes(draft)
    link(draft)
    draft.nodes[END_NODE_ID].inputs.extend(draft.template.outputs)
    check_graph(draft)
    write_connections(draft)
    return draft


def _check_variables(draft: Draft) -> None:
    interface = draft.template.interface
    for node_id, variables in ((START_NODE_ID, interface.inputs), (END_NODE_ID, interface.outputs)):
        for name, variable in sorted(variables.variables.items()):
            if not name:
                draft.errors.add(kinds.VALUE_REQUIRED, node_id, "paramName")
            if not variable.HasField("type"):
                draft.errors.add(kinds.VALUE_REQUIRED, node_id, "param.Type")


def _sub_workflows_of(draft: Draft) -> Iterator[core.Identifier]:
    for node in draft.all_nodes():
        while node.HasField("array_node"):
            node = node.array_node.node
        if node.workflow_node.HasField("sub_workflow_ref"):
            yield node.workflow_node.sub_workflow_ref


def _check_nesting(drafts: Sequence[Draft], errors: ErrorCollector) -> None:
    """A sub-workflow that contains itself would never end: report the first ring of names."""
    inner = {draft.key: sorted({key_of(each) for each in _sub_workflows_of(draft)}) for draft in drafts}
    done: set[Key] = set()
    path: dict[Key, Iterator[Key]] = {}
    for draft in drafts:
        pending: Key | None = draft.key
        while pending is not None or path:
            if pending is None:
                last = next(reversed(path))
                pending = next(path[last], None)
                if pending is None:
                    del path[last]
                    done.add(last)
            elif pending in path:
                errors.add(kinds.CYCLE_DETECTED, START_NODE_ID, ">".join(key[3] for key in (*path, pending)))
                return
            else:
                if pending not in done:
                    path[pending] = iter(inner.get(pending, ()))
                pending = None


def _distinct(tasks: Iterable[core.CompiledTask]) -> list[core.CompiledTask]:
    distinct: dict[Key, core.CompiledTask] = {}
    for task in tasks:
        distinct.setdefault(key_of(task.template.id), task)
    return list(distinct.values())

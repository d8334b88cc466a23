"""An array as a node: one task or launch plan, run over the elements of lists (reference: engine.md, 1.12).

Begins and ends the array; :mod:`glidepath.engine.array_items` begins its items and hears of their ends.
"""

from __future__ import annotations

import math
from fractions import Fraction

from glidepath.engine.items import Array, EndedItem, Items, ItemsChange, Progress
from glidepath.engine.plan import LAUNCH_PLAN, TASK, GraphNode, items_graph
from glidepath.engine.state import ITEMS, NodeState, Scope
from glidepath.engine.step import Step
from glidepath.errors import FlyteUserException
from glidepath.idl import core

WINDOW = 1000
"""Items that are live at once where the array sets no limit: more would not end sooner, and each takes memory."""
_ITEM_KINDS = frozenset({TASK, LAUNCH_PLAN})
_ABORTED_CODE = "Task Aborted"


class ArrayLengthError(FlyteUserException):
    """The inputs do not say how many items an array has."""

    code = "InvalidArrayLength"


class ArrayNode:
    """Opens a scope of items. It is never retried as a whole."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        inputs = step.resolve(scope, graph_node)
        step.write(node.input_uri, inputs)
        step.record_node(node, scope, graph_node, input_uri=node.input_uri)
        refusal = _refusal(graph_node, inputs)
        if refusal is not None:
            step.finish(node._replace(phase=core.NodeExecution.FAILED, error=refusal), scope, graph_node)
            return
        size = length_of(graph_node.spec.array_node, inputs)
        node = node._replace(phase=core.NodeExecution.RUNNING, task_phase=core.TaskExecution.QUEUED, items=size)
        step.record_task(node, scope, graph_node)
        node = step.put(node._replace(task_phase=core.TaskExecution.RUNNING))
        step.record_node(node, scope, graph_node, input_uri=node.input_uri)
        step.record_task(node, scope, graph_node)
        inner = items_scope(scope, graph_node, node)
        progress = progress_of(graph_node.spec.array_node, node.items)
        step.transition.items[node.uid] = _opened(step, graph_node, node, Items(array_of(graph_node, node), progress, inputs))
        step.open_scope(inner)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        error = core.ExecutionError(code=_ABORTED_CODE, message=reason, kind=core.ExecutionError.USER)
        step.record_task(node._replace(task_phase=core.TaskExecution.ABORTED), scope, graph_node, error=error)


def _refusal(graph_node: GraphNode, inputs: core.LiteralMap) -> core.ExecutionError | None:
    """Why an array cannot run at all; None if it can."""
    if graph_node.item is None or graph_node.item.kind not in _ITEM_KINDS:
        what = graph_node.item.kind if graph_node.item is not None else "empty"
        message = f"the items of node [{graph_node.id}] are of kind {what}: they must be tasks or launch plans"
        return core.ExecutionError(code="UnsupportedNode", message=message, kind=core.ExecutionError.USER)
    try:
        length_of(graph_node.spec.array_node, inputs)
    except ArrayLengthError as error:
        return core.ExecutionError(code=error.code, message=str(error), kind=core.ExecutionError.USER)
    return None


def length_of(array: core.ArrayNode, inputs: core.LiteralMap) -> int:
    """How many items an array has: the common length of its lists. Raises :class:`ArrayLengthError`."""
    bound = frozenset(array.bound_inputs)
    free = {name: literal for name, literal in inputs.literals.items() if name not in bound}
    lengths = {
        name: len(literal.collection.literals) for name, literal in free.items() if literal.WhichOneof("value") == "collection"
    }
    if not lengths and inputs.literals and not free:
        return 1
    if not lengths:
        raise ArrayLengthError("no input is a list to run over", hint="give one input a list, or bind all of them")
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in sorted(lengths.items()))
        raise ArrayLengthError(f"all lists must have the same length: {told}")
    return next(iter(lengths.values()))


def progress_of(array: core.ArrayNode, size: int) -> Progress:
    """An array of ``size`` items, of which none has begun."""
    return Progress(size, _needed(array, size), array.parallelism or WINDOW, run_all=array.run_all_sub_nodes)


def _needed(array: core.ArrayNode, size: int) -> int:
    """How many items must succeed. The wire's ratio is a 32-bit float: 0.1 of 10 items is 1, though 0.1f is more than 0.1."""
    criterion = array.WhichOneof("success_criteria")
    if criterion == "min_successes":
        return array.min_successes
    if criterion == "min_success_ratio":
        return math.ceil(Fraction(f"{array.min_success_ratio:.6g}") * size)
    return size


def array_of(graph_node: GraphNode, node: NodeState) -> Array:
    """What stays as it is while the array of a node runs."""
    return Array(node.uid, node.attempt, node.output_dir, frozenset(graph_node.spec.array_node.bound_inputs))


def items_scope(outer: Scope, graph_node: GraphNode, node: NodeState) -> Scope:
    """The scope of an array's items. They share the array's inputs, unless each is to have a file of its own."""
    single = graph_node.spec.array_node.data_mode == core.ArrayNode.SINGLE_INPUT_FILE
    return Scope(
        uid=node.uid,
        graph=items_graph(graph_node, outer.graph.interruptible),
        plan=outer.plan,
        outer=outer.uid,
        kind=ITEMS,
        attempt=node.attempt,
        data_dir=node.output_dir,
        input_uri=node.input_uri if single else "",
        dynamic=outer.dynamic,
    )


def _opened(step: Step, graph_node: GraphNode, node: NodeState, items: Items) -> ItemsChange:
    """The array's first change: what an earlier execution's items gave is taken over at once."""
    change = ItemsChange(items.progress, opened=items)
    found = step.recovered(graph_node, node, items.inputs or core.LiteralMap())
    for index, outputs in found.items.items() if found is not None else ():
        if index < items.progress.size:
            ended = EndedItem(index, core.NodeExecution.RECOVERED, 0).with_outputs(outputs, items.kept_bytes)
            if ended.stored:
                step.write(items.output_uri(ended), outputs)
            items.add(ended)
            change.ended.append(ended)
    change.progress = items.progress._replace(succeeded=len(change.ended))
    return change

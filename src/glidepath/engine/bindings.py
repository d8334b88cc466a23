"""Bindings to literals: what a node's inputs are, given its upstreams' outputs (reference: engine.md, 1.5)."""

from __future__ import annotations

import re
from collections.abc import Callable

from glidepath.engine.plan import GraphNode
from glidepath.errors import FlyteUserException
from glidepath.idl import core

Produced = Callable[[str, str], core.Literal]
"""Given a node id and one of its output variables, that output."""

_VARIABLE = re.compile(r"(?:\[(\d+)\]\.)?(\w+)")


class BindingError(FlyteUserException):
    """An input of a node cannot be made from the outputs it is bound to."""

    code = "BindingResolutionFailure"


def resolve_inputs(node: GraphNode, produced: Produced) -> core.LiteralMap:
    """The inputs of a node. Raises :class:`BindingError` naming the input."""
    inputs = core.LiteralMap()
    for var, binding in node.bindings:
        try:
            inputs.literals[var].CopyFrom(_resolve(binding, produced))
        except (FlyteUserException, LookupError) as error:
            raise BindingError(f"input [{var}] of node [{node.id}] cannot be resolved: {error}") from error
    return inputs


def _resolve(binding: core.BindingData, produced: Produced) -> core.Literal:
    kind = binding.WhichOneof("value")
    if kind == "promise":
        return _resolve_promise(binding.promise, produced)
    if kind == "scalar":
        return core.Literal(scalar=binding.scalar)
    if kind == "collection":
        items = [_resolve(item, produced) for item in binding.collection.bindings]
        return core.Literal(collection=core.LiteralCollection(literals=items))
    if kind == "map":
        members = {key: _resolve(item, produced) for key, item in binding.map.bindings.items()}
        return core.Literal(map=core.LiteralMap(literals=members))
    raise BindingError("the binding is empty")


def _resolve_promise(promise: core.OutputReference, produced: Produced) -> core.Literal:
    match = _VARIABLE.fullmatch(promise.var)
    if match is None:
        raise BindingError(f"[{promise.var}] is not a variable name")
    index, name = match.groups()
    literal = produced(promise.node_id, name)
    if index is not None:
        literal = literal.collection.literals[int(index)]
    if not promise.attr_path:
        return literal
    # Parts of dataclasses need msgpack and protobuf's JSON, 2 ms that most workflows do without.
    from glidepath.engine.attributes import resolve_attributes

    return resolve_attributes(literal, promise.attr_path)

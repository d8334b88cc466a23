"""Bindings: where a node's inputs come from, whether their types fit, and which edges they make (reference: D2, step 9).

Recursion goes as deep as a binding message, and protobuf itself refuses messages deeper than 100.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from glidepath.compiler import errors as kinds
from glidepath.compiler.castable import accepts_none
from glidepath.compiler.catalog import TypeByName
from glidepath.compiler.draft import Draft
from glidepath.compiler.errors import ErrorCollector
from glidepath.compiler.literal_types import literal_type_for_scalar, union_of
from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.idl.ids import START_NODE_ID
from glidepath.idl.text import compact_text

# An output's name, or one item of it: ``o0`` or ``[3].o0``. Names are Python's, so in any script.
_PROMISED_VARIABLE = re.compile(r"(\[([0-9]+)\]\.)?(\w+)")


class Resolved(NamedTuple):
    """What one binding comes to: its type if known, and the nodes that it waits for."""

    type: core.LiteralType | None
    sources: tuple[str, ...] = ()


_UNKNOWN = Resolved(None)


def check_bindings(draft: Draft, node: core.Node, bindings: Iterable[core.Binding], parameters: TypeByName) -> set[str]:
    """Check a node's bindings against its parameters and write ``start-node`` into promises that name no node.

    Returns the ids of the nodes that the bindings wait for. Errors go to the draft.
    """
    sources: set[str] = set()
    bound: set[str] = set()
    for binding in bindings:
        if binding.var not in parameters:
            draft.errors.add(kinds.VARIABLE_NAME_NOT_FOUND, node.id, binding.var, node.id)
        elif binding.var in bound:
            draft.errors.add(kinds.PARAMETER_BOUND_MORE_THAN_ONCE, node.id, binding.var)
        else:
            check = _Check(draft, node, binding.var, draft.errors)
            sources.update(check.resolve(binding.binding, parameters[binding.var]).sources)
        bound.add(binding.var)
    for name, expected in parameters.items():
        if name not in bound and not (expected is not None and accepts_none(expected)):
            draft.errors.add(kinds.PARAMETER_NOT_BOUND, node.id, name)
    return sources


def resolve_bindings(draft: Draft, node: core.Node) -> Mapping[str, Resolved]:
    """What a node's bindings come to, by input name, for nodes whose inputs are whatever is bound (branch, approval)."""
    resolved: dict[str, Resolved] = {}
    for binding in node.inputs:
        if binding.var in resolved:
            draft.errors.add(kinds.PARAMETER_BOUND_MORE_THAN_ONCE, node.id, binding.var)
        else:
            resolved[binding.var] = _Check(draft, node, binding.var, draft.errors).resolve(binding.binding, None)
    return resolved


def promised_nodes(bindings: Iterable[core.Binding]) -> Iterator[str]:
    """The ids of the nodes that bindings promise from, as written (empty for the workflow's inputs)."""
    pending = [binding.binding for binding in bindings]
    while pending:
        data = pending.pop()
        kind = data.WhichOneof("value")
        if kind == "promise":
            yield data.promise.node_id
        elif kind == "collection":
            pending.extend(data.collection.bindings)
        elif kind == "map":
            pending.extend(data.map.bindings.values())


class _Check(NamedTuple):
    """The check of one input's binding."""

    draft: Draft
    node: core.Node
    var: str
    errors: ErrorCollector

    def resolve(self, data: core.BindingData, expected: core.LiteralType | None) -> Resolved:
        """Type and sources of a binding; ``expected`` is ``None`` when any type will do."""
        kind = data.WhichOneof("value")
        if kind is None:
            self.errors.add(kinds.VALUE_REQUIRED, self.node.id, "Binding")
            return _UNKNOWN
        if kind == "promise":
            return self._promise(data.promise, expected)
        if kind == "scalar":
            return self._scalar(data.scalar, expected)
        if kind == "offloaded_metadata":
            return self._value(data.offloaded_metadata.inferred_type, expected)
        if expected is not None and expected.HasField("union_type"):
            return self._variant(data, expected)
        if kind == "collection":
            return self._collection(data.collection, expected)
        return self._map(data.map, expected)

    def _scalar(self, scalar: core.Scalar, expected: core.LiteralType | None) -> Resolved:
        if scalar.WhichOneof("value") is None:
            self.errors.add(kinds.UNRECOGNIZED_VALUE, self.node.id, compact_text(scalar))
            return _UNKNOWN
        try:
            found = literal_type_for_scalar(scalar)
        except FlyteTypeException as error:
            self.errors.add(kinds.INVALID_LITERAL_TYPE, self.node.id, self.var, error)
            return _UNKNOWN
        resolved = self._value(found, expected)
        if expected is not None and expected.HasField("enum_type") and scalar.primitive.HasField("string_value"):
            self._member(scalar.primitive.string_value, expected.enum_type)
        return resolved

    def _member(self, value: str, enum: core.EnumType) -> None:
        if value not in enum.values:
            # Go prints a list of texts in brackets of its own.
            members = f"[{' '.join(enum.values)}]"
            self.errors.add(kinds.ILLEGAL_ENUM_VALUE, self.node.id, self.var, self.node.id, members, value)

    def _value(self, found: core.LiteralType, expected: core.LiteralType | None) -> Resolved:
        if expected is not None and not self.draft.catalog.castable(found, expected):
            self.errors.add(kinds.MISMATCHING_TYPES, self.node.id, self.var, compact_text(found), compact_text(expected))
        return Resolved(found)

    def _collection(self, collection: core.BindingDataCollection, expected: core.LiteralType | None) -> Resolved:
        if expected is not None and not expected.HasField("collection_type"):
            return self._mismatching(compact_text(collection), expected)
        element = None if expected is None else expected.collection_type
        items = [self.resolve(item, element) for item in collection.bindings]
        merged = _merged(items)
        return Resolved(core.LiteralType(collection_type=merged) if merged is not None else None, _sources(items))

    def _map(self, entries: core.BindingDataMap, expected: core.LiteralType | None) -> Resolved:
        if expected is not None and not expected.HasField("map_value_type"):
            return self._mismatching(compact_text(entries), expected)
        element = None if expected is None else expected.map_value_type
        items = [self.resolve(entries.bindings[key], element) for key in sorted(entries.bindings)]
        merged = _merged(items)
        return Resolved(core.LiteralType(map_value_type=merged) if merged is not None else None, _sources(items))

    def _mismatching(self, received: str, expected: core.LiteralType) -> Resolved:
        self.errors.add(kinds.MISMATCHING_BINDINGS, self.node.id, self.var, self.node.id, compact_text(expected), received)
        return _UNKNOWN

    def _variant(self, data: core.BindingData, expected: core.LiteralType) -> Resolved:
        """Try each variant of a union; exactly one must take the binding."""
        matches: list[tuple[core.LiteralType, Resolved]] = []
        for variant in expected.union_type.variants:
            trial = ErrorCollector()
            resolved = _Check(self.draft, self.node, self.var, trial).resolve(data, variant)
            if not trial.errors:
                matches.append((variant, resolved))
        place = (self.var, self.node.id, compact_text(expected.union_type), compact_text(data))
        if not matches:
            self.errors.add(kinds.INCOMPATIBLE_BINDING_UNION_VALUE, self.node.id, *place)
            return _UNKNOWN
        if len(matches) > 1:
            variants = [compact_text(variant) for variant, _ in matches[:2]]
            self.errors.add(kinds.AMBIGUOUS_BINDING_UNION_VALUE, self.node.id, *place, *variants)
        return matches[0][1]

    def _promise(self, promise: core.OutputReference, expected: core.LiteralType | None) -> Resolved:
        if not promise.node_id:
            promise.node_id = START_NODE_ID
        source = self.draft.nodes.get(promise.node_id)
        if source is None:
            self.errors.add(kinds.NODE_REFERENCE_NOT_FOUND, self.node.id, promise.node_id)
            return _UNKNOWN
        sources = (promise.node_id,)
        found = self._output(promise)
        if found is None:
            return Resolved(None, sources)
        if expected is not None and not self.draft.catalog.castable(found, expected):
            self.errors.add(
                kinds.MISMATCHING_PROMISE,
                self.node.id,
                _full_name(source, promise.var),
                compact_text(found),
                _full_name(self.node, self.var),
                compact_text(expected),
            )
        return Resolved(found, sources)

    def _output(self, promise: core.OutputReference) -> core.LiteralType | None:
        """The type that a promise leads to; ``None`` when it is not known, or wrong and reported."""
        names = list(_PROMISED_VARIABLE.finditer(promise.var))
        if len(names) != 1:
            self.errors.add(kinds.SYNTAX_ERROR, self.node.id, promise.var)
            return None
        index, name = names[0].group(2), names[0].group(3)
        interface = self.draft.interfaces.get(promise.node_id)
        if interface is None:
            return None
        if name not in interface.outputs:
            self.errors.add(kinds.VARIABLE_NAME_NOT_FOUND, self.node.id, name, promise.node_id)
            return None
        found = interface.outputs[name]
        if found is None:
            return None
        if index is not None:
            if not found.HasField("collection_type"):
                expected = compact_text(core.LiteralType(collection_type=core.LiteralType()))
                self.errors.add(kinds.MISMATCHING_TYPES, self.node.id, promise.var, compact_text(found), expected)
                return None
            found = found.collection_type
        return self._attribute(promise, found)

    def _attribute(self, promise: core.OutputReference, found: core.LiteralType) -> core.LiteralType | None:
        """Walk ``.a["k"][0]``: items of collections, values of maps, fields of dataclasses."""
        for step in promise.attr_path:
            inner = _step(found, step)
            if inner is None:
                name = step.string_value if step.HasField("string_value") else step.int_value
                self.errors.add(kinds.FIELD_NOT_FOUND, self.node.id, promise.var, compact_text(found), name)
                return None
            found = inner
        return found


def _step(found: core.LiteralType, step: core.PromiseAttribute) -> core.LiteralType | None:
    if found.HasField("collection_type") and step.HasField("int_value"):
        return found.collection_type
    if found.HasField("map_value_type") and step.HasField("string_value"):
        return found.map_value_type
    return found.structure.dataclass_type.get(step.string_value)


def _merged(items: list[Resolved]) -> core.LiteralType | None:
    known = [item.type for item in items if item.type is not None]
    return union_of(known) if len(known) == len(items) else None


def _sources(items: list[Resolved]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for item in items for source in item.sources))


def _full_name(node: core.Node, var: str) -> str:
    return f"{node.metadata.name}.{var}" if node.HasField("metadata") else var

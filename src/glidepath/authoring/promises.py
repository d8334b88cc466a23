"""What a call gives while a workflow's body runs: outputs that do not exist yet."""

from __future__ import annotations

import collections
import functools
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from glidepath.authoring.expressions import UNARY_HINT, Comparison, compared
from glidepath.errors import FlyteAssertion
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.authoring.nodes import Node

_LATER = "the body of a workflow runs once, to draw its graph, before any task has run; do this inside a task"

_BRANCH = "decide inside a task, or when the workflow runs: conditional(...).if_(flag.is_true()), (x > 1) & (y > 1)"


class Promise:
    """One output of a node, or one input of the workflow.

    ``out.field``, ``out["key"]`` and ``out[0]`` reach into a dataclass, dict or list. ``with_overrides`` and ``>>`` speak of
    the node; comparisons and ``is_true``, ``is_false`` and ``is_none`` give conditions for :func:`conditional`. A field of such
    a name, or with a leading underscore, is reached as ``out["with_overrides"]``.
    """

    __slots__ = ("_node", "_path", "_type", "_var")

    def __init__(self, node: Node, var: str, literal_type: core.LiteralType | None, path: tuple[str | int, ...] = ()) -> None:
        self._node = node
        self._var = var
        self._type = literal_type
        self._path = path

    def __getattr__(self, name: str) -> Promise:
        if name.startswith("_"):  # protocols of Python, and tools that look at objects, ask for such names
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, key: str | int) -> Promise:
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            raise FlyteAssertion(f"{self!r} takes a text or a number in brackets, not {key!r}")
        return Promise(self._node, self._var, type_below(self._type, key), (*self._path, key))

    def with_overrides(self, **overrides: Any) -> Promise:
        """Change settings of the node for this use (see :class:`glidepath.authoring.overrides.OverrideOptions`)."""
        self._node.with_overrides(**overrides)
        return self

    def __rshift__(self, other: Any) -> Any:
        """``a >> b``: b starts after a has ended."""
        return self._node >> other

    def __await__(self) -> Generator[None, None, Promise]:
        """In the body of an ``async`` workflow a call can be awaited, as type checkers want it; nothing waits."""
        return self
        yield

    def __repr__(self) -> str:
        path = "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in self._path)
        return f"Promise({'.'.join(filter(None, (self._node.id, self._var)))}{path})"

    __hash__ = object.__hash__

    def _refuse(self, doing: str) -> NoReturn:
        raise FlyteAssertion(f"{self!r} has no value yet, so it cannot be {doing}", hint=_LATER)

    def __bool__(self) -> bool:
        raise FlyteAssertion(f"{self!r} has no value yet, so it cannot be tested (if, while, and, or, not)", hint=_BRANCH)

    def __iter__(self) -> NoReturn:
        self._refuse("iterated")

    def __len__(self) -> int:
        self._refuse("counted")

    def __contains__(self, item: object) -> bool:
        self._refuse("searched")

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("called")

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]
        return compared(self, "EQ", other)

    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        return compared(self, "NEQ", other)

    def __lt__(self, other: object) -> Comparison:
        return compared(self, "LT", other)

    def __le__(self, other: object) -> Comparison:
        return compared(self, "LTE", other)

    def __gt__(self, other: object) -> Comparison:
        return compared(self, "GT", other)

    def __ge__(self, other: object) -> Comparison:
        return compared(self, "GTE", other)

    def is_true(self) -> Comparison:
        """For ``conditional``: whether a boolean is true."""
        return compared(self, "EQ", True)

    def is_false(self) -> Comparison:
        """For ``conditional``: whether a boolean is false."""
        return compared(self, "EQ", False)

    def is_none(self) -> Comparison:
        """For ``conditional``: whether an optional value is not there."""
        return compared(self, "EQ", None)

    def _combine(self, other: object = None) -> NoReturn:
        raise FlyteAssertion(f"{self!r} by itself is no condition, so &, | and ~ cannot take it", hint=UNARY_HINT)

    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = _combine

    def _compute(self, other: object = None) -> NoReturn:
        self._refuse("computed with")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _compute
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = _compute
    __neg__ = __int__ = __float__ = __index__ = __abs__ = _compute


class Void:
    """What a call of an entity without outputs gives: only its node can be spoken of."""

    __slots__ = ("_node",)

    def __init__(self, node: Node) -> None:
        self._node = node

    def with_overrides(self, **overrides: Any) -> Void:
        self._node.with_overrides(**overrides)
        return self

    def __rshift__(self, other: Any) -> Any:
        return self._node >> other

    def __await__(self) -> Generator[None, None, None]:
        return None
        yield

    def __repr__(self) -> str:
        return f"Void({self._node.id})"


class _Several:
    """What a call of an entity with several outputs gives, beside being a (named) tuple of promises."""

    _node: Node

    def with_overrides(self, **overrides: Any) -> Any:
        self._node.with_overrides(**overrides)
        return self

    def __rshift__(self, other: Any) -> Any:
        return self._node >> other

    def __await__(self) -> Generator[None, None, Any]:
        return self
        yield


def outputs_of(node: Node) -> Any:
    """The outputs of a node in the form of its function's result: a promise, a tuple of promises, or a :class:`Void`."""
    promises = list(node.outputs.values())
    output_tuple = node.entity.output_tuple
    if not promises:
        return Void(node)
    if len(promises) == 1 and output_tuple is None:
        return promises[0]
    several = _several(output_tuple or _plain_tuple(tuple(node.outputs)))(*promises)
    several._node = node
    return several


@functools.cache
def _plain_tuple(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    return collections.namedtuple("Outputs", names)


@functools.cache
def _several(base: type[tuple[Any, ...]]) -> Any:
    """The user's NamedTuple (so that ``isinstance``, unpacking and field names work) with the node behind it."""
    return type(base.__name__, (_Several, base), {"__module__": base.__module__})


def node_of(value: Any) -> Node | None:
    """The node behind a promise, a tuple of promises or a void."""
    return value._node if isinstance(value, (Promise, Void, _Several)) else None


def is_several(value: Any) -> bool:
    return isinstance(value, _Several)


def type_below(literal_type: core.LiteralType | None, key: str | int) -> core.LiteralType | None:
    """The type of ``value.key`` or ``value[key]``; ``None`` where only the value can tell."""
    if literal_type is None:
        return None
    kind = literal_type.WhichOneof("type")
    if kind == "collection_type" and isinstance(key, int):
        return literal_type.collection_type
    if kind == "map_value_type" and isinstance(key, str):
        return literal_type.map_value_type
    fields = literal_type.structure.dataclass_type
    if kind == "simple" and isinstance(key, str) and key in fields:
        return fields[key]
    return None


def attribute_path(path: Sequence[str | int]) -> list[core.PromiseAttribute]:
    """A path as the wire says it."""
    return [
        core.PromiseAttribute(string_value=part) if isinstance(part, str) else core.PromiseAttribute(int_value=part)
        for part in path
    ]

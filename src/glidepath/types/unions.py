"""Unions and optionals, in both spellings (``Union[int, str]``, ``int | None``)."""

from __future__ import annotations

import types
from typing import Any, Union, get_args

from glidepath.errors import FlyteException, FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.plain import unpack_binary
from glidepath.types.registry import find, guess_python_type, register, to_python
from glidepath.types.transformer import TypeTransformer, mismatch, name_of


class UnionTransformer(TypeTransformer[Any]):
    """A value of one of several types, which travels with the type it has.

    The variant is the first that the value is exactly of, and else the first that takes it.
    """

    name = "Typed Union"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(union_type=core.UnionType(variants=[_variant(item) for item in get_args(python_type)]))

    def fits(self, value: Any, python_type: Any) -> bool:
        return any(find(item).fits(value, item) for item in get_args(python_type))

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        types_ = get_args(python_type)
        variants = literal_type.union_type.variants
        if len(variants) != len(types_):
            variants = self.literal_type(python_type).union_type.variants
        reasons = []
        for item, variant in _likely_first(value, types_, variants):
            try:
                literal = find(item).to_literal(value, item, variant, ctx)
            except (FlyteException, TypeError, ValueError) as error:
                reasons.append(f"{name_of(item)}: {error}")
                continue
            return core.Literal(scalar=core.Scalar(union=core.Union(value=literal, type=variant)), hash=literal.hash)
        raise FlyteTypeException(f"{mismatch(value, python_type).message}; no variant takes it:\n" + _listed(reasons))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        if not literal.scalar.HasField("union"):
            if literal.scalar.HasField("binary"):
                return self.from_plain(unpack_binary(literal.scalar.binary), python_type, ctx)
            return self._first(lambda item: to_python(literal, item, ctx), get_args(python_type), python_type)
        union = literal.scalar.union
        types_ = get_args(python_type)
        tag = union.type.structure.tag
        tagged = [item for item in types_ if find(item).name == tag] if tag else []
        if len(tagged) > 1:
            same = [item for item in tagged if _variant(item) == union.type]
            tagged = same + [item for item in tagged if not any(item is other for other in same)]
        return self._first(lambda item: to_python(union.value, item, ctx), tagged or types_, python_type)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        types_ = get_args(python_type)
        exact = [item for item in types_ if find(item).fits(value, item)]
        return self._first(lambda item: find(item).to_plain(value, item, ctx), exact or types_, python_type)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        types_ = get_args(python_type)
        exact = [item for item in types_ if find(item).fits(plain, item)]
        return self._first(lambda item: find(item).from_plain(plain, item, ctx), [*exact, *types_], python_type)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"anyOf": [find(item).schema(item) for item in get_args(python_type)]}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "union_type":
            return None
        return Union[tuple(guess_python_type(item) for item in literal_type.union_type.variants)]  # noqa: UP007  (made at run time)

    def _first(self, convert: Any, types_: Any, python_type: Any) -> Any:
        reasons = []
        for item in types_:
            try:
                return convert(item)
            except (FlyteException, TypeError, ValueError) as error:
                reasons.append(f"{name_of(item)}: {error}")
        raise FlyteTypeException(f"no variant of {name_of(python_type)} takes the value:\n" + _listed(reasons))


def _variant(python_type: Any) -> core.LiteralType:
    transformer = find(python_type)
    literal_type = transformer.literal_type(python_type)
    literal_type.structure.CopyFrom(core.TypeStructure(tag=transformer.name))
    return literal_type


def _likely_first(value: Any, types_: Any, variants: Any) -> list[tuple[Any, core.LiteralType]]:
    pairs = list(zip(types_, variants, strict=True))
    return sorted(pairs, key=lambda pair: not find(pair[0]).fits(value, pair[0]))


def _listed(reasons: list[str]) -> str:
    return "\n".join(f"  - {reason}" for reason in reasons)


register(UnionTransformer(), Union, types.UnionType)

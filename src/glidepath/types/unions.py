"""Unions and optionals, in both spellings (``Union[int, str]``, ``int | None``)."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from glidepath.errors import FlyteException, FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.conversion import guess_python_type, to_python
from glidepath.types.plain import unpack_binary
from glidepath.types.registry import find, find_codec, register
from glidepath.types.transformer import TypeTransformer, mismatch, name_of


class UnionTransformer(TypeTransformer[Any]):
    """A value of one of several types, which travels with the type it has.

    The variant is the first that the value is exactly of, and else the first that takes it.
    """

    name = "Typed Union"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(union_type=core.UnionType(variants=[variant_of(item) for item in get_args(python_type)]))

    def fits(self, value: Any, python_type: Any) -> bool:
        return any(find_codec(item).fits(value, item) for item in get_args(python_type))

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return any(find_codec(item).plain_fits(plain, item) for item in get_args(python_type))

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        members = get_args(python_type)
        variants = literal_type.union_type.variants
        if len(variants) != len(members):
            variants = self.literal_type(python_type).union_type.variants
        reasons = []
        pairs = sorted(zip(members, variants, strict=True), key=lambda pair: not find(pair[0]).fits(value, pair[0]))
        for member, variant in pairs:
            try:
                inner = find(member).to_literal(value, member, variant, ctx)
            except (FlyteException, TypeError, ValueError) as error:
                reasons.append(f"{name_of(member)}: {error}")
                continue
            inner.ClearField("hash")  # stock flytekit gives variants no hash of their own; cache keys must agree
            literal = core.Literal()
            literal.scalar.union.value.CopyFrom(inner)
            literal.scalar.union.type.CopyFrom(variant)
            return literal
        raise FlyteTypeException(f"{mismatch(value, python_type).message}; no variant takes it:\n{_listed(reasons)}")

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        members = get_args(python_type)
        scalar = literal.scalar
        if scalar.HasField("binary"):
            return self.from_plain(unpack_binary(scalar.binary), python_type, ctx)
        if not scalar.HasField("union"):
            return _first(lambda member: to_python(literal, member, ctx), members, python_type)
        union = scalar.union
        tag = union.type.structure.tag
        tagged = [member for member in members if tag and tag_of(member) == tag]
        if len(tagged) > 1:
            tagged.sort(key=lambda member: variant_of(member) != union.type)
        return _first(lambda member: to_python(union.value, member, ctx), tagged or members, python_type)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        members = sorted(get_args(python_type), key=lambda member: not find_codec(member).fits(value, member))
        return _first(lambda member: find_codec(member).to_plain(value, member, ctx), members, python_type)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        members = sorted(get_args(python_type), key=lambda member: not find_codec(member).plain_fits(plain, member))
        return _first(lambda member: find_codec(member).from_plain(plain, member, ctx), members, python_type)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"anyOf": [find_codec(item).schema(item) for item in get_args(python_type)]}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "union_type":
            return None
        return Union[tuple(guess_python_type(item) for item in literal_type.union_type.variants)]  # noqa: UP007  (made at run time)


def variant_of(python_type: Any) -> core.LiteralType:
    """The literal type of a union's member, tagged with the name of its family."""
    transformer = find(python_type)
    literal_type = transformer.literal_type(python_type)
    literal_type.structure.CopyFrom(core.TypeStructure(tag=tag_of(python_type)))
    return literal_type


def tag_of(python_type: Any) -> str:
    """The name of the family that carries a type, seen through ``Annotated``."""
    return find(get_args(python_type)[0] if get_origin(python_type) is Annotated else python_type).name


def _first(convert: Callable[[Any], Any], members: Iterable[Any], python_type: Any) -> Any:
    """The first conversion that works. Raises FlyteTypeException with each member's reason."""
    reasons = []
    for member in members:
        try:
            return convert(member)
        except (FlyteException, TypeError, ValueError) as error:
            reasons.append(f"{name_of(member)}: {error}")
    raise FlyteTypeException(f"no variant of {name_of(python_type)} takes the value:\n{_listed(reasons)}")


def _listed(reasons: list[str]) -> str:
    return "\n".join(f"  - {reason}" for reason in reasons)


register(UnionTransformer(), Union, types.UnionType)

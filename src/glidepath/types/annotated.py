"""``Annotated[T, ...]``: T with what the extra words ask for: a custom hash, annotations on the literal type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar, get_args

from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.registry import find, find_codec, register
from glidepath.types.transformer import PlainCodec, TypeTransformer

T = TypeVar("T")


class HashMethod(Generic[T]):
    """``Annotated[T, HashMethod(f)]``: cache keys use ``f(value)`` instead of the value itself."""

    def __init__(self, function: Callable[[T], str]) -> None:
        self.function = function

    def calculate(self, value: T) -> str:
        """The hash of a value, as text."""
        return str(self.function(value))


class FlyteAnnotation:
    """``Annotated[T, FlyteAnnotation({...})]``: free annotations on the literal type, for other tools to read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data


class AnnotatedTransformer(TypeTransformer[Any]):
    """Passes everything on to the type inside; families that read annotations themselves get the whole ``Annotated``."""

    name = "Annotated"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        inner, transformer = _inside(python_type)
        literal_type = transformer.literal_type(inner)
        for word in python_type.__metadata__:
            if isinstance(word, FlyteAnnotation):
                literal_type.annotation.Clear()
                literal_type.annotation.annotations.update(word.data)
        return literal_type

    def fits(self, value: Any, python_type: Any) -> bool:
        inner, codec = _codec_inside(python_type)
        return codec.fits(value, inner)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        inner, codec = _codec_inside(python_type)
        return codec.plain_fits(plain, inner)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        inner, transformer = _inside(python_type)
        literal = transformer.to_literal(value, inner, literal_type, ctx)
        for word in python_type.__metadata__:
            if isinstance(word, HashMethod):
                literal.hash = word.calculate(value)
        return literal

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        inner, transformer = _inside(python_type)
        return transformer.to_python(literal, inner, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        inner, codec = _codec_inside(python_type)
        return codec.to_plain(value, inner, ctx)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        inner, codec = _codec_inside(python_type)
        return codec.from_plain(plain, inner, ctx)

    def schema(self, python_type: Any) -> dict[str, Any]:
        inner, codec = _codec_inside(python_type)
        return codec.schema(inner)


def _inside(python_type: Any) -> tuple[Any, TypeTransformer[Any]]:
    """The type to hand on, and its family."""
    base = get_args(python_type)[0]
    transformer = find(base)
    return (python_type if transformer.reads_annotations else base), transformer


def _codec_inside(python_type: Any) -> tuple[Any, PlainCodec[Any]]:
    base = get_args(python_type)[0]
    codec = find_codec(base)
    return (python_type if codec.reads_annotations else base), codec


register(AnnotatedTransformer(), Annotated)

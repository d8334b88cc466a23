"""What a failure node receives: :class:`FlyteError`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, mismatch, wrong_literal


@dataclass(frozen=True)
class FlyteError:
    """The error of a workflow: its message and the node that failed."""

    message: str
    failed_node_id: str


class ErrorTransformer(TypeTransformer[FlyteError]):
    """Errors as values."""

    name = "FlyteError"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(simple=core.SimpleType.ERROR)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if not isinstance(value, FlyteError):
            raise mismatch(value, FlyteError)
        error = core.Error(message=value.message, failed_node_id=value.failed_node_id)
        return core.Literal(scalar=core.Scalar(error=error))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> FlyteError:
        if not literal.scalar.HasField("error"):
            raise wrong_literal(literal, FlyteError)
        return FlyteError(literal.scalar.error.message, literal.scalar.error.failed_node_id)

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        is_error = literal_type.WhichOneof("type") == "simple" and literal_type.simple == core.SimpleType.ERROR
        return FlyteError if is_error else None


register(ErrorTransformer(), FlyteError)

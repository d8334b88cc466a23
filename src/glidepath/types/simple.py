"""The simple types: int, float, str, bool, None, datetime, date, timedelta."""

from __future__ import annotations

import datetime as dt
import operator
from typing import Any, TypeVar

from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import core, kinds
from glidepath.types.context import DataContext
from glidepath.types.plain import unpack_binary
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, mismatch, wrong_literal

T = TypeVar("T")

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_DATE_LENGTH = len("2020-01-31")


class SimpleTransformer(TypeTransformer[T]):
    """A Python type with one primitive on the wire. Subclasses say how to write and read that primitive."""

    python_type: type[T]
    simple: core.SimpleType

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(simple=self.simple)

    def fits(self, value: Any, python_type: Any) -> bool:
        return type(value) is self.python_type

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        literal = core.Literal()  # filled in place: building it from parts would copy each part
        self.write(value, literal.scalar.primitive)
        return literal

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> T:
        scalar = literal.scalar
        if scalar.HasField("primitive"):
            return self.read(scalar.primitive, literal)
        if scalar.HasField("binary"):
            return self.from_plain(unpack_binary(scalar.binary), python_type, ctx)
        if scalar.HasField("union"):
            return self.to_python(scalar.union.value, python_type, ctx)
        raise wrong_literal(literal, self.python_type)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return type(plain) is self.python_type

    def write(self, value: Any, primitive: core.Primitive) -> None:
        """Put a value into a primitive."""
        raise mismatch(value, self.python_type)

    def read(self, primitive: core.Primitive, literal: core.Literal) -> T:
        """The value of a primitive."""
        raise wrong_literal(literal, self.python_type)

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        is_mine = literal_type.WhichOneof("type") == "simple" and literal_type.simple == self.simple
        return self.python_type if is_mine else None


class IntTransformer(SimpleTransformer[int]):
    """Whole numbers of 64 bits."""

    name = "int"
    python_type = int
    simple = kinds.SimpleType.INTEGER

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise mismatch(value, int)
        if not _INT_MIN <= value <= _INT_MAX:
            raise FlyteValueException(
                f"{value} does not fit into 64 bits",
                hint="whole numbers on the wire lie between -2**63 and 2**63 - 1; pass a str",
            )
        primitive.integer = value

    def read(self, primitive: core.Primitive, literal: core.Literal) -> int:
        kind = primitive.WhichOneof("value")
        if kind == "integer":
            return primitive.integer
        if kind == "float_value" and primitive.float_value.is_integer():  # protobuf structs know no whole numbers
            return int(primitive.float_value)
        raise wrong_literal(literal, int)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
            return value
        if hasattr(value, "__index__"):  # numpy's whole numbers
            return operator.index(value)
        raise mismatch(value, int)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> int:
        if plain is None or (isinstance(plain, float) and not plain.is_integer()):
            raise mismatch(plain, int)
        number: int = _converted(int, plain)
        return number

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "integer"}


class FloatTransformer(SimpleTransformer[float]):
    """Numbers of double precision."""

    name = "float"
    python_type = float
    simple = kinds.SimpleType.FLOAT

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, float):
            raise mismatch(value, float)
        primitive.float_value = value

    def read(self, primitive: core.Primitive, literal: core.Literal) -> float:
        kind = primitive.WhichOneof("value")
        if kind == "float_value":
            return primitive.float_value
        if kind == "integer":
            return float(primitive.integer)
        raise wrong_literal(literal, float)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if isinstance(value, (int, float)):
            return value
        if hasattr(value, "__float__"):  # numpy's numbers
            return float(value)
        raise mismatch(value, float)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> float:
        number: float = _converted(float, plain)
        return number

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "number"}


class BoolTransformer(SimpleTransformer[bool]):
    """True and False."""

    name = "bool"
    python_type = bool
    simple = kinds.SimpleType.BOOLEAN

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, bool):
            raise mismatch(value, bool)
        primitive.boolean = value

    def read(self, primitive: core.Primitive, literal: core.Literal) -> bool:
        if primitive.WhichOneof("value") == "boolean":
            return primitive.boolean
        raise wrong_literal(literal, bool)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if isinstance(value, (bool, int)):
            return value
        if hasattr(value, "dtype") and value in (True, False):  # numpy's truth values
            return bool(value)
        raise mismatch(value, bool)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> bool:
        if not isinstance(plain, (bool, int, float)):
            raise mismatch(plain, bool)
        return bool(plain)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "boolean"}


class StrTransformer(SimpleTransformer[str]):
    """Text."""

    name = "str"
    python_type = str
    simple = kinds.SimpleType.STRING

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, str):
            raise mismatch(value, str)
        primitive.string_value = value

    def read(self, primitive: core.Primitive, literal: core.Literal) -> str:
        if primitive.WhichOneof("value") == "string_value":
            return primitive.string_value
        raise wrong_literal(literal, str)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, str):
            raise mismatch(value, str)
        return value

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> str:
        if not isinstance(plain, str):
            raise mismatch(plain, str)
        return plain

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "string"}


class DatetimeTransformer(SimpleTransformer[dt.datetime]):
    """Instants, in UTC on the wire; a naive one is read as local time. Microseconds are kept."""

    name = "datetime"
    python_type = dt.datetime
    simple = kinds.SimpleType.DATETIME

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, dt.datetime):
            raise mismatch(value, dt.datetime)
        primitive.datetime.FromDatetime(value.astimezone(dt.timezone.utc))

    def read(self, primitive: core.Primitive, literal: core.Literal) -> dt.datetime:
        if primitive.WhichOneof("value") == "datetime":
            return primitive.datetime.ToDatetime(dt.timezone.utc)
        raise wrong_literal(literal, dt.datetime)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, dt.datetime):
            raise mismatch(value, dt.datetime)
        return value.isoformat()

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, dt.datetime) or (isinstance(plain, str) and len(plain) > _DATE_LENGTH and plain[:4].isdigit())

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> dt.datetime:
        if isinstance(plain, dt.datetime):  # YAML knows instants
            return plain
        if not isinstance(plain, str):
            raise mismatch(plain, dt.datetime)
        instant: dt.datetime = _converted(dt.datetime.fromisoformat, plain.replace("Z", "+00:00"))
        return instant

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class DateTransformer(SimpleTransformer[dt.date]):
    """Days: midnight UTC on the wire."""

    name = "date"
    python_type = dt.date
    simple = kinds.SimpleType.DATETIME

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise mismatch(value, dt.date)
        primitive.datetime.FromDatetime(dt.datetime(value.year, value.month, value.day, tzinfo=dt.timezone.utc))

    def read(self, primitive: core.Primitive, literal: core.Literal) -> dt.date:
        if primitive.WhichOneof("value") == "datetime":
            return primitive.datetime.ToDatetime(dt.timezone.utc).date()
        raise wrong_literal(literal, dt.date)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, dt.date):
            raise mismatch(value, dt.date)
        return value.isoformat()

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        is_day = isinstance(plain, dt.date) and not isinstance(plain, dt.datetime)
        return is_day or (isinstance(plain, str) and len(plain) == _DATE_LENGTH and plain[:4].isdigit())

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> dt.date:
        if isinstance(plain, dt.date) and not isinstance(plain, dt.datetime):  # YAML knows days
            return plain
        if not isinstance(plain, str):
            raise mismatch(plain, dt.date)
        day: dt.date = _converted(dt.date.fromisoformat, plain)
        return day

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        return None  # an instant on the wire is guessed as datetime


class TimedeltaTransformer(SimpleTransformer[dt.timedelta]):
    """Durations. Inside plain data: seconds as a float."""

    name = "timedelta"
    python_type = dt.timedelta
    simple = kinds.SimpleType.DURATION

    def write(self, value: Any, primitive: core.Primitive) -> None:
        if not isinstance(value, dt.timedelta):
            raise mismatch(value, dt.timedelta)
        primitive.duration.FromTimedelta(value)

    def read(self, primitive: core.Primitive, literal: core.Literal) -> dt.timedelta:
        if primitive.WhichOneof("value") == "duration":
            return primitive.duration.ToTimedelta()
        raise wrong_literal(literal, dt.timedelta)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, dt.timedelta):
            raise mismatch(value, dt.timedelta)
        return value.total_seconds()

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return type(plain) in (int, float)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> dt.timedelta:
        if not isinstance(plain, (int, float)):
            raise mismatch(plain, dt.timedelta)
        return dt.timedelta(seconds=plain)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "number", "format": "time-delta"}


class NoneTransformer(TypeTransformer[None]):
    """Nothing."""

    name = "none"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(simple=core.SimpleType.NONE)

    def fits(self, value: Any, python_type: Any) -> bool:
        return value is None

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if value is not None:
            raise mismatch(value, type(None))
        return core.Literal(scalar=core.Scalar(none_type=core.Void()))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> None:
        scalar = literal.scalar.union.value.scalar if literal.scalar.HasField("union") else literal.scalar
        is_nil = scalar.HasField("binary") and unpack_binary(scalar.binary) is None
        if not scalar.HasField("none_type") and not is_nil:
            raise wrong_literal(literal, type(None))

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if value is not None:
            raise mismatch(value, type(None))

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return plain is None

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> None:
        if plain is not None:
            raise mismatch(plain, type(None))

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "null"}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        is_none = literal_type.WhichOneof("type") == "simple" and literal_type.simple == core.SimpleType.NONE
        return type(None) if is_none else None


def _converted(convert: Any, plain: Any) -> Any:
    try:
        return convert(plain)
    except (TypeError, ValueError) as error:
        raise FlyteTypeException(f"{plain!r} does not read as {convert.__name__}: {error}") from error


register(IntTransformer(), int)
register(FloatTransformer(), float)
register(BoolTransformer(), bool)
register(StrTransformer(), str)
register(DatetimeTransformer(), dt.datetime)
register(DateTransformer(), dt.date)
register(TimedeltaTransformer(), dt.timedelta)
register(NoneTransformer(), type(None), None)

"""flytekit's way of teaching new types to travel, over the registry: a ``TypeTransformer`` class, and ``TypeEngine.register``.

Literals and literal types are flyteidl's messages (``glidepath.idl.core``), made and read by field names.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, get_type_hints

from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import core
from glidepath.types import conversion, registry
from glidepath.types.context import DataContext
from glidepath.types.flyte_context import FlyteContext
from glidepath.types.transformer import TypeTransformer as Family, name_of

T = TypeVar("T")


class TypeTransformerFailedError(FlyteTypeException, AssertionError, ValueError):
    """A value is not of the type that a transformer takes."""


class RestrictedTypeError(FlyteTypeException):
    """A type that somebody registered as not to be used."""


class TypeTransformer(Generic[T]):
    """How values of a type travel. Subclasses define the three ``get_…``/``to_…`` methods; :class:`TypeEngine` registers them.

    ``t`` is the type, ``name`` the tag of the type inside unions: part of the wire, so it stays once it is used. Values are
    checked to be of the type unless ``enable_type_assertions`` is false.
    """

    is_async = False

    def __init__(self, name: str, t: type[T], enable_type_assertions: bool = True) -> None:
        self._name = name
        self._t = t
        self._asserts = enable_type_assertions

    @property
    def name(self) -> str:
        """The tag inside unions."""
        return self._name

    @property
    def python_type(self) -> type[T]:
        """The type."""
        return self._t

    @property
    def type_assertions_enabled(self) -> bool:
        """Whether values are checked."""
        return self._asserts

    def assert_type(self, t: type[T], v: T) -> None:
        """Raises TypeTransformerFailedError when ``v`` is no ``t``."""
        if inspect.isclass(t) and not isinstance(v, t):
            raise TypeTransformerFailedError(f"expected a value of type {name_of(t)}, got {v!r} of type {name_of(type(v))}")

    def get_literal_type(self, t: type[T]) -> core.LiteralType:
        """The wire's type."""
        raise FlyteTypeException(
            f"transformer {self.name} does not say how {name_of(t)} travels", hint="define get_literal_type"
        )

    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: core.LiteralType) -> core.Literal:
        """The literal of a value."""
        raise FlyteTypeException(f"transformer {self.name} cannot write {name_of(python_type)}", hint="define to_literal")

    def to_python_value(self, ctx: FlyteContext, lv: core.Literal, expected_python_type: type[T]) -> T | None:
        """The value of a literal."""
        raise FlyteTypeException(
            f"transformer {self.name} cannot read {name_of(expected_python_type)}", hint="define to_python_value"
        )

    def guess_python_type(self, literal_type: core.LiteralType) -> type[T]:
        """The type of a literal type that comes without one. Raises ValueError when it is none of this transformer's."""
        raise FlyteValueException(f"transformer {self.name} makes no guesses")

    def to_html(self, ctx: FlyteContext, python_val: T, expected_python_type: type[T]) -> str:
        """A value as a deck shows it."""
        return html.escape(str(python_val))


class AsyncTypeTransformer(TypeTransformer[T]):
    """A transformer whose work is awaited: ``async_to_literal`` and ``async_to_python_value`` instead of the plain ones."""

    is_async = True

    async def async_to_literal(
        self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: core.LiteralType
    ) -> core.Literal:
        """The literal of a value."""
        raise FlyteTypeException(f"transformer {self.name} cannot write {name_of(python_type)}", hint="define async_to_literal")

    async def async_to_python_value(self, ctx: FlyteContext, lv: core.Literal, expected_python_type: type[T]) -> T | None:
        """The value of a literal."""
        raise FlyteTypeException(
            f"transformer {self.name} cannot read {name_of(expected_python_type)}", hint="define async_to_python_value"
        )

    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: core.LiteralType) -> core.Literal:
        return _awaited(self.async_to_literal(ctx, python_val, python_type, expected))  # type: ignore[no-any-return]

    def to_python_value(self, ctx: FlyteContext, lv: core.Literal, expected_python_type: type[T]) -> T | None:
        return _awaited(self.async_to_python_value(ctx, lv, expected_python_type))  # type: ignore[no-any-return]


class SimpleTransformer(TypeTransformer[T]):
    """A transformer of two functions and a fixed literal type."""

    def __init__(
        self,
        name: str,
        t: type[T],
        lt: core.LiteralType,
        to_literal_transformer: Callable[[T], core.Literal],
        from_literal_transformer: Callable[[core.Literal], T],
    ) -> None:
        super().__init__(name, t)
        self._literal_type = lt
        self._to = to_literal_transformer
        self._from = from_literal_transformer

    def get_literal_type(self, t: type[T] | None = None) -> core.LiteralType:
        found = core.LiteralType()
        found.CopyFrom(self._literal_type)
        return found

    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: core.LiteralType) -> core.Literal:
        return self._to(python_val)

    def to_python_value(self, ctx: FlyteContext, lv: core.Literal, expected_python_type: type[T]) -> T:
        return self._from(lv)

    def guess_python_type(self, literal_type: core.LiteralType) -> type[T]:
        if literal_type == self._literal_type:
            return self.python_type
        return super().guess_python_type(literal_type)


class TypeEngine:
    """The registry under flytekit's names. ``ctx`` is what ``FlyteContextManager.current_context()`` gives."""

    @classmethod
    def register(cls, transformer: TypeTransformer[Any], additional_types: list[Any] | None = None) -> None:
        """Let a transformer carry its type and others. Raises FlyteValueException when another one carries one of them."""
        for python_type in (transformer.python_type, *(additional_types or ())):
            cls.register_additional_type(transformer, python_type)

    @classmethod
    def register_additional_type(cls, transformer: TypeTransformer[Any], additional_type: Any, override: bool = False) -> None:
        """Let a transformer carry one more type."""
        known = registry.registered_for(additional_type)
        if isinstance(known, _User) and not override:
            raise FlyteValueException(
                f"{name_of(additional_type)} has the transformer {known.name} already, so it cannot have {transformer.name}"
            )
        registry.register(_User(transformer, additional_type), additional_type)

    @classmethod
    def register_restricted_type(cls, name: str, type: Any) -> None:  # noqa: A002  (flytekit's name)
        """Say that a type must not be used: declaring it raises RestrictedTypeError."""
        registry.register(_Restricted(name), type)

    @classmethod
    def get_transformer(cls, python_type: Any) -> TypeTransformer[Any]:
        """The transformer of a type, one of Glidepath's own included."""
        found = registry.find(python_type)
        return found.transformer if isinstance(found, _User) else _BuiltIn(found, python_type)

    @classmethod
    def to_literal_type(cls, python_type: Any) -> core.LiteralType:
        """The wire's type of a type."""
        return conversion.literal_type_of(python_type)

    @classmethod
    def to_literal(cls, ctx: FlyteContext, python_val: Any, python_type: Any, expected: core.LiteralType) -> core.Literal:
        """The literal of a value."""
        return conversion.to_literal(python_val, python_type, expected, ctx.data)

    @classmethod
    async def async_to_literal(
        cls, ctx: FlyteContext, python_val: Any, python_type: Any, expected: core.LiteralType
    ) -> core.Literal:
        """:meth:`to_literal`, for code that awaits it."""
        return cls.to_literal(ctx, python_val, python_type, expected)

    @classmethod
    def to_python_value(cls, ctx: FlyteContext, lv: core.Literal, expected_python_type: Any) -> Any:
        """The value of a literal."""
        return conversion.to_python(lv, expected_python_type, ctx.data)

    @classmethod
    async def async_to_python_value(cls, ctx: FlyteContext, lv: core.Literal, expected_python_type: Any) -> Any:
        """:meth:`to_python_value`, for code that awaits it."""
        return cls.to_python_value(ctx, lv, expected_python_type)

    @classmethod
    def to_html(cls, ctx: FlyteContext, python_val: Any, expected_python_type: Any) -> str:
        """A value as a deck shows it."""
        return cls.get_transformer(expected_python_type).to_html(ctx, python_val, expected_python_type)

    @classmethod
    def guess_python_type(cls, flyte_type: core.LiteralType) -> Any:
        """A Python type for a literal type."""
        return conversion.guess_python_type(flyte_type)

    @classmethod
    def guess_python_types(cls, flyte_variable_dict: Mapping[str, core.Variable]) -> dict[str, Any]:
        """Python types for the variables of an interface."""
        return {name: cls.guess_python_type(variable.type) for name, variable in flyte_variable_dict.items()}

    @classmethod
    def dict_to_literal_map(
        cls, ctx: FlyteContext, d: Mapping[str, Any], type_hints: Mapping[str, Any] | None = None
    ) -> core.LiteralMap:
        """Values by name as literals; the type of a value counts where no hint is given."""
        literals = {}
        for name, value in d.items():
            python_type = (type_hints or {}).get(name, type(value))
            literals[name] = cls.to_literal(ctx, value, python_type, cls.to_literal_type(python_type))
        return core.LiteralMap(literals=literals)

    @classmethod
    def literal_map_to_kwargs(
        cls, ctx: FlyteContext, lm: core.LiteralMap, python_types: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Literals by name as values of these types."""
        return {
            name: cls.to_python_value(ctx, lm.literals[name], kind)
            for name, kind in (python_types or {}).items()
            if name in lm.literals
        }

    @classmethod
    def named_tuple_to_variable_map(cls, t: Any) -> core.VariableMap:
        """The fields of a NamedTuple class as variables."""
        fields = get_type_hints(t, include_extras=True)
        return core.VariableMap(
            variables={
                name: core.Variable(type=cls.to_literal_type(kind), description=str(position))
                for position, (name, kind) in enumerate(fields.items())
            }
        )

    @classmethod
    def get_available_transformers(cls) -> list[Any]:
        """The types that have a transformer of their own."""
        return registry.known_types()

    @classmethod
    def lazy_import_transformers(cls) -> None:
        """Nothing: families load when their types are first seen."""


class _User(Family[Any]):
    """A user's transformer as a family of the registry."""

    def __init__(self, transformer: TypeTransformer[Any], python_type: Any) -> None:
        self.name = transformer.name
        self.transformer = transformer
        self._type = python_type

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, self._type if inspect.isclass(self._type) else object)

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return self.transformer.get_literal_type(python_type)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if self.transformer.type_assertions_enabled:
            self.transformer.assert_type(python_type, value)
        return self.transformer.to_literal(FlyteContext(ctx), value, python_type, literal_type)

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        return self.transformer.to_python_value(FlyteContext(ctx), literal, python_type)

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        try:
            return self.transformer.guess_python_type(literal_type)
        except ValueError:  # flytekit's word for "not mine"
            return None


class _Restricted(Family[Any]):
    """Nobody may use the type."""

    def __init__(self, name: str) -> None:
        self.name = name

    def literal_type(self, python_type: Any) -> core.LiteralType:
        raise RestrictedTypeError(f"{name_of(python_type)} must not be used: {self.name}")


class _BuiltIn(TypeTransformer[Any]):
    """A family of Glidepath's own as a transformer, for those that lean on it."""

    def __init__(self, family: Family[Any], python_type: Any) -> None:
        super().__init__(family.name, python_type)
        self._family = family

    def get_literal_type(self, t: Any) -> core.LiteralType:
        return self._family.literal_type(t)

    def to_literal(self, ctx: FlyteContext, python_val: Any, python_type: Any, expected: core.LiteralType) -> core.Literal:
        return self._family.to_literal(python_val, python_type, expected, ctx.data)

    def to_python_value(self, ctx: FlyteContext, lv: core.Literal, expected_python_type: Any) -> Any:
        return self._family.to_python(lv, expected_python_type, ctx.data)

    def guess_python_type(self, literal_type: core.LiteralType) -> Any:
        guessed = self._family.guess(literal_type)
        return super().guess_python_type(literal_type) if guessed is None else guessed


def _awaited(coroutine: Any) -> Any:
    """The result of a coroutine, whether or not a loop runs in this thread."""
    import asyncio  # heavier than all of the types, and few transformers are async
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()

"""The one lookup from a Python type to the family that carries its values.

Families join with :func:`register`. A type is looked for: by itself, by its generic origin, by the predicates of families, by
the library it comes from (pandas, pyarrow, pydantic and others load their family on first sight), by its base classes; what
nobody knows is pickled. Answers are kept, so a conversion pays for one dictionary access.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_origin

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.transformer import TypeTransformer, name_of

AnyTransformer = TypeTransformer[Any]
Predicate = Callable[[Any], bool]

_by_type: dict[Any, AnyTransformer] = {}
_by_predicate: list[tuple[Predicate, AnyTransformer]] = []
_all: list[AnyTransformer] = []
_found: dict[Any, AnyTransformer] = {}
_FOUND_LIMIT = 10_000

# Families of heavy libraries: the module that registers them, by the top-level package that a type or a base of it comes from.
_by_library: dict[str, str] = {
    "pandas": "glidepath.types.pandas_frames",
    "pyarrow": "glidepath.types.arrow_tables",
    "pydantic": "glidepath.types.pydantic_models",
    "google": "glidepath.types.protobuf",
}
_LAST_RESORT = "glidepath.types.pickle"
_RESTRICTED: dict[Any, str] = {
    tuple: "return several values with a NamedTuple or tuple[...] on the function itself, or use list[T] or a dataclass",
}


def register(transformer: AnyTransformer, *types: Any, accepts: Predicate | None = None) -> None:
    """Add a family: for these exact types (or generic origins), for what ``accepts`` says yes to, or both.

    A later registration of the same type wins. Raises nothing; call it at import.
    """
    for python_type in types:
        _by_type[python_type] = transformer
    if accepts is not None:
        _by_predicate.append((accepts, transformer))
    _all.append(transformer)
    _found.clear()


def register_library(package: str, module: str) -> None:
    """Say that ``module`` registers the family for types of the top-level ``package``; it is imported on first sight."""
    _by_library[package] = module
    _found.clear()


def find(python_type: Any) -> AnyTransformer:
    """The family of a type. Raises FlyteTypeException for types that cannot travel."""
    try:
        return _found[python_type]
    except KeyError:
        found = _search(python_type)
        if len(_found) >= _FOUND_LIMIT:
            _found.clear()
        _found[python_type] = found
        return found
    except TypeError:  # unhashable: Annotated[DataFrame, kwtypes(...)] holds a dict
        return _search(python_type)


def _search(python_type: Any) -> AnyTransformer:
    origin = get_origin(python_type)
    if origin is Annotated:
        return _by_type[Annotated]
    if isinstance(python_type, (str, TypeVar)):
        raise FlyteTypeException(
            f"{python_type!r} is no type: annotations must be real types when a task is declared",
            hint="import the name at module level, or write the concrete type instead of the type variable",
        )
    known = _known(python_type, origin)
    if known is not None:
        return known
    restricted = _RESTRICTED.get(origin or python_type)
    if restricted or _is_named_tuple(python_type):
        raise FlyteTypeException(f"values of type {name_of(python_type)} cannot travel", hint=restricted or _RESTRICTED[tuple])
    if _load_library(python_type):
        known = _known(python_type, origin)
        if known is not None:
            return known
    for base in getattr(python_type, "__mro__", ())[1:-1]:
        if base in _by_type:
            return _by_type[base]
    return _last_resort()


def _known(python_type: Any, origin: Any) -> AnyTransformer | None:
    for key in (python_type,) if origin is None else (python_type, origin):
        try:
            found = _by_type.get(key)
        except TypeError:
            continue
        if found is not None:
            return found
    return next((transformer for accepts, transformer in _by_predicate if accepts(python_type)), None)


def _is_named_tuple(python_type: Any) -> bool:
    return isinstance(python_type, type) and issubclass(python_type, tuple) and hasattr(python_type, "_fields")


def _load_library(python_type: Any) -> bool:
    """Import the family of the library that the type or one of its bases comes from; whether anything new was loaded."""
    loaded = False
    for base in getattr(python_type, "__mro__", (python_type,)):
        module = _by_library.get(str(getattr(base, "__module__", "")).partition(".")[0])
        if module is not None and module not in sys.modules:
            importlib.import_module(module)
            loaded = True
    return loaded


def _last_resort() -> AnyTransformer:
    module = importlib.import_module(_LAST_RESORT)  # loaded only when something must be pickled
    found: AnyTransformer = module.TRANSFORMER
    return found


def literal_type_of(python_type: Any) -> core.LiteralType:
    """The wire's type of a Python type; a fresh message. Raises FlyteTypeException for what cannot travel.

    Example::

        >>> literal_type_of(list[int]).collection_type.simple == core.SimpleType.INTEGER
        True
    """
    return find(python_type).literal_type(python_type)


def to_literal(value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
    """The literal of a value. Raises FlyteTypeException when ``value`` is not of ``python_type``."""
    return find(python_type).to_literal(value, python_type, literal_type, ctx)


def to_python(literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
    """The value of a literal, as ``python_type``. An offloaded literal is fetched first.

    Raises FlyteTypeException when the literal holds something else, FlyteDataNotFoundException when its bytes are gone.
    """
    if literal.HasField("offloaded_metadata"):
        literal = core.Literal.FromString(ctx.storage.get(literal.offloaded_metadata.uri))
    return find(python_type).to_python(literal, python_type, ctx)


def guess_python_type(literal_type: core.LiteralType) -> Any:
    """A Python type for a literal type that comes without one (fetched from a control plane, read from a file).

    Raises FlyteTypeException when no family knows the literal type.
    """
    if literal_type.WhichOneof("type") == "schema" or literal_type.WhichOneof("type") == "structured_dataset_type":
        importlib.import_module("glidepath.types.structured_dataset")
    for transformer in _all:
        guessed = transformer.guess(literal_type)
        if guessed is not None:
            return guessed
    guessed = _last_resort().guess(literal_type)
    if guessed is None:
        raise FlyteTypeException(f"no Python type is known for the literal type {describe_kind(literal_type)}")
    return guessed


def describe_kind(literal_type: core.LiteralType) -> str:
    """Which of the wire's kinds a literal type is, for errors."""
    return literal_type.WhichOneof("type") or "(empty)"

"""The one lookup from a Python type to the family that carries its values.

Families join with :func:`register`, and load when a type of theirs is first seen. A type is looked for: by itself, by its
generic origin, by the predicates of families, by the library it comes from, by its base classes; what nobody knows is pickled.
Answers are kept, so a conversion pays for one dictionary access.
"""

from __future__ import annotations

import enum
import importlib
import os
import sys
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, Union, get_origin

from glidepath.errors import FlyteTypeException
from glidepath.types.transformer import PlainCodec, TypeTransformer, is_class, name_of

AnyTransformer = TypeTransformer[Any]
AnyCodec = PlainCodec[Any]
Predicate = Callable[[Any], bool]

_by_type: dict[Any, AnyTransformer] = {}
_by_predicate: list[tuple[Predicate, AnyTransformer]] = []
_codecs: dict[Any, AnyCodec] = {}
_all: list[AnyTransformer] = []
_found: dict[Any, AnyTransformer] = {}
_found_codecs: dict[Any, AnyCodec] = {}
_FOUND_LIMIT = 10_000

# Families of heavy libraries: the module that registers them, by the top-level package that a type or a base of it comes from.
_by_library: dict[str, str] = {
    "pandas": "glidepath.types.pandas_frames",
    "pyarrow": "glidepath.types.arrow_tables",
    "pydantic": "glidepath.types.pydantic_models",
    "google": "glidepath.types.protobuf",
}
_LAST_RESORT = "glidepath.types.pickle"
_PLAIN_ONLY = "glidepath.types.plain_only"
_BUILT_IN = ("annotated", "choices", "dataclass", "directory", "enums", "error", "file", "structured_dataset", "unions")
_TUPLE_HINT = "return several values with a NamedTuple or tuple[...] on the function itself, or use list[T] or a dataclass"


def register(transformer: AnyTransformer, *types: Any, accepts: Predicate | None = None) -> None:
    """Add a family: for these exact types (or generic origins), for what ``accepts`` says yes to, or both.

    A later registration of the same type wins.
    """
    for python_type in types:
        _by_type[python_type] = transformer
    if accepts is not None:
        _by_predicate.append((accepts, transformer))
    if transformer not in _all:
        _all.append(transformer)
    _forget()


def register_codec(codec: AnyCodec, *types: Any) -> None:
    """Add a family that only stands inside dataclasses (tuples, sets, UUIDs); alone, such values are pickled or refused."""
    for python_type in types:
        _codecs[python_type] = codec
    _forget()


def transformers() -> tuple[AnyTransformer, ...]:
    """Every built-in family and every other that has been loaded; the last resort comes last."""
    for name in _BUILT_IN:
        importlib.import_module(f"glidepath.types.{name}")
    resort = last_resort()
    return (*(transformer for transformer in _all if transformer is not resort), resort)


def known_types() -> list[Any]:
    """The types that families were registered for by name, of the families loaded so far."""
    return list(_by_type)


def registered_for(python_type: Any) -> AnyTransformer | None:
    """The family that was registered for exactly this type."""
    return _by_type.get(python_type)


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


def find_codec(python_type: Any) -> AnyCodec:
    """The family of a type that stands inside a dataclass. Raises FlyteTypeException for types that cannot."""
    try:
        return _found_codecs[python_type]
    except KeyError:
        found = _found_codecs[python_type] = _search_codec(python_type)
        return found
    except TypeError:  # unhashable, as above
        return _search_codec(python_type)


def last_resort() -> AnyTransformer:
    """The family of pickles, which takes any value; loaded when first asked for."""
    module = importlib.import_module(_LAST_RESORT)
    found: AnyTransformer = module.TRANSFORMER
    return found


def _forget() -> None:
    _found.clear()
    _found_codecs.clear()


def _search(python_type: Any) -> AnyTransformer:
    origin = get_origin(python_type)
    if isinstance(python_type, (str, TypeVar)):
        raise FlyteTypeException(
            f"{python_type!r} is no type: annotations must be real types when a task is declared",
            hint="import the name at module level, or write the concrete type instead of the type variable",
        )
    _load_built_in(python_type, origin)
    known = _known(python_type, origin)
    if known is not None:
        return known
    if (origin or python_type) is tuple or _is_named_tuple(python_type):
        raise FlyteTypeException(f"values of type {name_of(python_type)} cannot travel", hint=_TUPLE_HINT)
    if _load_library(python_type):
        known = _known(python_type, origin)
        if known is not None:
            return known
    for base in getattr(python_type, "__mro__", ())[1:-1]:
        if base in _by_type:
            return _by_type[base]
    return last_resort()


def _search_codec(python_type: Any) -> AnyCodec:
    if python_type not in (list, Any) and is_class(python_type) and python_type in _by_type:
        return _by_type[python_type]
    importlib.import_module(_PLAIN_ONLY)
    origin = get_origin(python_type)
    for key in (python_type,) if origin is None else (python_type, origin):
        try:
            codec = _codecs.get(key)
        except TypeError:
            continue
        if codec is not None and (key is not list or origin is None):
            return codec
    if _is_named_tuple(python_type):
        return _codecs[tuple]
    supertype = getattr(python_type, "__supertype__", None)  # NewType
    if supertype is not None:
        return find_codec(supertype)
    return find(python_type)


def _known(python_type: Any, origin: Any) -> AnyTransformer | None:
    for key in (python_type,) if origin is None else (python_type, origin):
        try:
            found = _by_type.get(key)
        except TypeError:
            continue
        if found is not None:
            return found
    return next((transformer for accepts, transformer in _by_predicate if accepts(python_type)), None)


def _load_built_in(python_type: Any, origin: Any) -> None:
    """Import the family of Glidepath's own that a type plainly belongs to; classes of ours bring their family themselves."""
    if python_type in (Any, os.PathLike) and origin is None:
        importlib.import_module(_LAST_RESORT if python_type is Any else "glidepath.types.file")
        return
    if origin is Annotated:
        name = "annotated"
    elif origin is Literal:
        name = "choices"
    elif origin in (Union, types.UnionType):
        name = "unions"
    elif is_class(python_type) and issubclass(python_type, enum.Enum):
        name = "enums"
    elif is_class(python_type) and hasattr(python_type, "__dataclass_fields__"):
        name = "dataclass"
    else:
        return
    importlib.import_module(f"glidepath.types.{name}")


def _is_named_tuple(python_type: Any) -> bool:
    return is_class(python_type) and issubclass(python_type, tuple) and hasattr(python_type, "_fields")


def _load_library(python_type: Any) -> bool:
    """Import the family of the library that the type or one of its bases comes from; whether anything new was loaded."""
    loaded = False
    for base in getattr(python_type, "__mro__", (python_type,)):
        module = _by_library.get(str(getattr(base, "__module__", "")).partition(".")[0])
        if module is not None and module not in sys.modules:
            importlib.import_module(module)
            loaded = True
    return loaded

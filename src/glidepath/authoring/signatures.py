"""A user's function → its interface: annotations, defaults, docstring, and whether it returns what it declares."""

from __future__ import annotations

import dis
import inspect
import types
from collections.abc import Callable
from typing import Any, ForwardRef, NoReturn, get_args, get_origin, get_type_hints

from glidepath.authoring.docstrings import EMPTY, Docstring
from glidepath.authoring.interface import MISSING, Interface, Output, Parameter
from glidepath.authoring.places import Place, place_of
from glidepath.errors import (
    FlyteMissingReturnValueException,
    FlyteMissingTypeException,
    FlyteTypeException,
    FlyteValidationException,
)

_NONE = (None, type(None), NoReturn)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_LOAD_CONST, _RETURN_VALUE = dis.opmap["LOAD_CONST"], dis.opmap["RETURN_VALUE"]
_RETURN_CONST = dis.opmap.get("RETURN_CONST", -1)
"""Python 3.12 and 3.13 have it."""


def interface_of(
    function: Callable[..., Any],
    *,
    owner: str,
    docstring: Docstring = EMPTY,
    pickle_untyped: bool = False,
    must_return: bool = True,
) -> Interface:
    """The interface of a function. ``owner`` is the entity's name, for messages.

    With ``pickle_untyped`` a parameter or result without annotation travels as a pickle; else it is an error
    (FlyteMissingTypeException). With ``must_return`` a function that declares outputs and only ever returns ``None`` is one too
    (FlyteMissingReturnValueException).
    """
    place = place_of(function)
    hints = _hints(function, owner, place)
    inputs: dict[str, Parameter] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in _VARIADIC:
            raise FlyteValidationException(
                f"{owner} takes {'*' if parameter.kind is parameter.VAR_POSITIONAL else '**'}{name}; its inputs must be named",
                where=str(place),
                hint=f"declare each input, or take one list or dict, such as {name}: list[int]",
            )
        if name not in hints and not pickle_untyped:
            raise FlyteMissingTypeException(
                f"parameter {name!r} of {owner} has no type annotation",
                where=str(place),
                hint=f"write {name}: int, or whatever it is; pickle_untyped=True lets untyped values travel as pickles",
            )
        default = MISSING if parameter.default is inspect.Parameter.empty else parameter.default
        inputs[name] = Parameter(hints.get(name, Any), default, docstring.describe_input(name))
    declared = hints.get("return", Any if pickle_untyped else None)
    types_of_outputs, output_tuple = _outputs(declared, owner, place)
    outputs = {name: Output(python_type, docstring.describe_output(name)) for name, python_type in types_of_outputs.items()}
    if must_return and outputs and not any(_accepts_none(output.python_type) for output in outputs.values()):
        _check_returns(function, owner, place, declared)
    return Interface(inputs, outputs, output_tuple, owner, place)


def _hints(function: Callable[..., Any], owner: str, place: Place) -> dict[str, Any]:
    """The annotations of a function, evaluated only where they are text (``from __future__ import annotations``)."""
    innermost = inspect.unwrap(function)
    raw: dict[str, Any] = dict(getattr(innermost, "__annotations__", {}))
    if not any(_is_text(annotation) for annotation in raw.values()):
        return raw
    try:
        evaluated = get_type_hints(innermost, include_extras=True)
    except NameError as error:
        raise FlyteMissingTypeException(
            f"an annotation of {owner} names {error.name!r}, which its module does not have",
            where=str(place),
            hint=f"import {error.name} at the top of the module, outside of 'if TYPE_CHECKING:'",
        ) from error
    except TypeError as error:  # a text that names no type, such as the "(int, str)" that stands for two outputs elsewhere
        raise FlyteTypeException(
            f"an annotation of {owner} is no type: {error}",
            where=str(place),
            hint="write tuple[int, str] for two outputs; with 'from __future__ import annotations', (int, str) is none",
        ) from error
    # get_type_hints makes Optional of `a: int = None` in Python 3.10 only; a spec must not depend on the version.
    return {name: evaluated[name] if _is_text(annotation) else annotation for name, annotation in raw.items()}


def _is_text(annotation: Any) -> bool:
    return isinstance(annotation, (str, ForwardRef)) or any(_is_text(argument) for argument in get_args(annotation))


def _outputs(declared: Any, owner: str, place: Place) -> tuple[dict[str, Any], type[tuple[Any, ...]] | None]:
    """The types of the outputs by name (``o0``, ``o1``, … or the fields of a NamedTuple), and the NamedTuple."""
    if declared in _NONE:
        return {}, None
    if isinstance(declared, type) and issubclass(declared, tuple) and hasattr(declared, "_fields"):
        try:
            hints = get_type_hints(declared, include_extras=True)
        except NameError as error:
            raise FlyteMissingTypeException(
                f"NamedTuple {declared.__name__}, which {owner} returns, names {error.name!r}, which its module does not have",
                where=str(place),
            ) from error
        return {name: hints[name] for name in declared._fields}, declared
    if isinstance(declared, tuple):  # -> (int, str), as many write it
        items = declared
    elif (get_origin(declared) or declared) is tuple:
        items = get_args(declared)
    else:
        return {"o0": declared}, None
    if len(items) == 1:
        raise FlyteValidationException(
            f"{owner} returns a tuple of one value; a tuple stands for several outputs",
            where=str(place),
            hint="return the value itself, or a NamedTuple with one field to name the output",
        )
    if not items or Ellipsis in items:
        raise FlyteTypeException(
            f"{owner} returns a tuple of unknown length",
            where=str(place),
            hint="write a type for each output, as in tuple[int, str], or return list[int]",
        )
    return {f"o{i}": item for i, item in enumerate(items)}, None


def _accepts_none(python_type: Any) -> bool:
    return python_type is Any or type(None) in get_args(python_type)


def _check_returns(function: Callable[..., Any], owner: str, place: Place, declared: Any) -> None:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
        return
    if _returns_only_none(code):
        name = getattr(declared, "__name__", str(declared))
        raise FlyteMissingReturnValueException(
            f"{owner} declares that it returns {name}, but never returns a value",
            where=str(place),
            hint="add a return statement, or declare '-> None'",
        )


def _returns_only_none(code: types.CodeType) -> bool:
    """Whether a function returns, and each time ``None`` for sure.

    Reads two-byte code units rather than ``dis`` instructions: every task passes here, and ``dis`` took a tenth of the time of
    packaging. A constant beyond the first 256 has a longer argument; what it is stays open.
    """
    units, constants = code.co_code, code.co_consts
    found = False
    for at in range(0, len(units), 2):
        if units[at] == _RETURN_CONST:
            extended, index = at - 2, units[at + 1]
        elif units[at] == _RETURN_VALUE:
            if at < 2 or units[at - 2] != _LOAD_CONST:
                return False
            extended, index = at - 4, units[at - 1]
        else:
            continue
        if (extended >= 0 and units[extended] == dis.EXTENDED_ARG) or constants[index] is not None:
            return False
        found = True
    return found

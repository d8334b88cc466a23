"""What goes into an entity and what comes out: names, Python types, defaults, texts; and the same as flyteidl says it."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from glidepath.authoring.places import Place
from glidepath.errors import FlyteAssertion, FlyteException, FlyteTypeException
from glidepath.idl import core
from glidepath.types import DataContext, current, literal_type_of, to_literal


class Missing(enum.Enum):
    """The type of :data:`MISSING`."""

    MISSING = "MISSING"


MISSING = Missing.MISSING
"""The default of a parameter that has none (``None`` is a default like others)."""


class Parameter(NamedTuple):
    """One input of an entity."""

    python_type: Any
    default: Any = MISSING
    description: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be given: there is no default, and the type does not take ``None`` instead."""
        return self.fallback is MISSING

    @property
    def fallback(self) -> Any:
        """What an input is when it is not given: its default, and ``None`` where an ``Optional`` has none, as in stock."""
        return None if self.default is MISSING and takes_none(self.python_type) else self.default


class Output(NamedTuple):
    """One output of an entity."""

    python_type: Any
    description: str = ""


class Interface:
    """The inputs and outputs of an entity, in the order of its signature.

    ``output_tuple`` is the NamedTuple class that the function returns, if any. ``owner`` and ``place`` say whose interface it
    is, for messages.
    """

    def __init__(
        self,
        inputs: Mapping[str, Parameter],
        outputs: Mapping[str, Output],
        output_tuple: type[tuple[Any, ...]] | None = None,
        owner: str = "",
        place: Place | None = None,
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.output_tuple = output_tuple
        self.owner = owner
        self.place = place

    def __repr__(self) -> str:
        return f"<Interface of {self.owner}: {listed(self.inputs)} -> {listed(self.outputs)}>"

    @functools.cached_property
    def input_types(self) -> dict[str, core.LiteralType]:
        """The literal type of each input. Raises FlyteTypeException, naming the input, for types that cannot travel."""
        return {name: self._literal_type(f"input {name!r}", parameter.python_type) for name, parameter in self.inputs.items()}

    @functools.cached_property
    def output_types(self) -> dict[str, core.LiteralType]:
        """The literal type of each output."""
        return {name: self._literal_type(f"output {name!r}", output.python_type) for name, output in self.outputs.items()}

    @functools.cached_property
    def typed(self) -> core.TypedInterface:
        """The interface as flyteidl's message."""
        return core.TypedInterface(
            inputs=_variables(self.input_types, self.inputs),
            outputs=_variables(self.output_types, self.outputs),
        )

    def parameter_map(self, ctx: DataContext | None = None) -> core.ParameterMap:
        """The inputs with their defaults as literals: a launch plan's default inputs."""
        variables = self.typed.inputs.variables
        return core.ParameterMap(
            parameters={
                name: core.Parameter(var=variables[name], required=True)
                if parameter.required
                else core.Parameter(var=variables[name], default=self.literal_of(name, parameter.fallback, ctx))
                for name, parameter in self.inputs.items()
            }
        )

    def literal_of(self, name: str, value: Any, ctx: DataContext | None = None) -> core.Literal:
        """The literal of a default or fixed value. Raises FlyteTypeException, naming the input, when the value does not fit."""
        if value is None:  # stock wraps no union around a default of None, and control planes take both
            return core.Literal(scalar=core.Scalar(none_type=core.Void()))
        try:
            return to_literal(value, self.inputs[name].python_type, self.input_types[name], ctx or current())
        except FlyteException as error:
            raise FlyteTypeException(
                f"the value for input {name!r} of {self.owner} does not fit: {error.message}", where=self._where()
            ) from error

    def named(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by input name, without defaults. Raises FlyteAssertion for too many, unknown and repeated."""
        names = list(self.inputs)
        if len(args) > len(names):
            raise FlyteAssertion(
                f"{self.owner} takes {counted(len(names), 'argument')}, got {len(args)}", hint=f"its inputs are {listed(names)}"
            )
        values = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name in values:
                raise FlyteAssertion(f"{self.owner} got two values for its input {name!r}: by position and by name")
            if name not in self.inputs:
                raise FlyteAssertion(f"{self.owner} has no input {name!r}", hint=f"its inputs are {listed(names)}")
            values[name] = value
        return values

    def completed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values and the defaults of the rest, in order of the signature. Raises FlyteAssertion when one is missing."""
        missing = [name for name, parameter in self.inputs.items() if parameter.required and name not in values]
        if missing:
            raise FlyteAssertion(
                f"{self.owner} needs {'inputs' if len(missing) > 1 else 'input'} {listed(missing)}",
                hint=f"call it with {', '.join(f'{name}=...' for name in missing)}",
            )
        return {
            name: values[name] if name in values else parameter.fallback  # noqa: SIM401  (the fallback takes a look at types)
            for name, parameter in self.inputs.items()
        }

    def pack_outputs(self, result: Any) -> dict[str, Any]:
        """What a function returned, by output name. Raises FlyteAssertion when the number of values is another."""
        if not self.outputs:
            return {}
        if len(self.outputs) == 1 and self.output_tuple is None:
            return {next(iter(self.outputs)): result}
        if not isinstance(result, tuple):
            raise FlyteAssertion(
                f"{self.owner} declares {counted(len(self.outputs), 'output')} ({listed(self.outputs)}),"
                f" but returned one value of type {type(result).__name__}",
                where=self._where(),
                hint="return a tuple with one value for each output",
            )
        if len(result) != len(self.outputs):
            raise FlyteAssertion(
                f"{self.owner} declares {counted(len(self.outputs), 'output')} ({listed(self.outputs)}),"
                f" but returned {len(result)}",
                where=self._where(),
            )
        return dict(zip(self.outputs, result, strict=True))

    def unpack_outputs(self, values: Mapping[str, Any]) -> Any:
        """The reverse of :meth:`pack_outputs`: ``None``, the one value, a tuple, or the declared NamedTuple."""
        if not self.outputs:
            return None
        if self.output_tuple is not None:
            return self.output_tuple(**values)
        ordered = tuple(values[name] for name in self.outputs)
        return ordered[0] if len(ordered) == 1 else ordered

    def _literal_type(self, subject: str, python_type: Any) -> core.LiteralType:
        try:
            return literal_type_of(python_type)
        except FlyteException as error:
            raise FlyteTypeException(
                f"{subject} of {self.owner}: {error.message}", where=self._where(), hint=error.hint
            ) from error

    def _where(self) -> str:
        return str(self.place) if self.place else ""


def _variables(types: Mapping[str, core.LiteralType], described: Mapping[str, Parameter | Output]) -> core.VariableMap:
    return core.VariableMap(
        variables={
            name: core.Variable(type=literal_type, description=described[name].description)
            for name, literal_type in types.items()
        }
    )


def takes_none(python_type: Any) -> bool:
    """Whether a type is ``Optional``, seen through ``Annotated``."""
    if get_origin(python_type) is Annotated:
        python_type = get_args(python_type)[0]
    return type(None) in get_args(python_type)


def listed(names: Iterable[str]) -> str:
    """Names for people: ``a, b``; ``(none)`` when there are none."""
    return ", ".join(names) or "(none)"


def counted(number: int, noun: str) -> str:
    """``1 input``, ``2 inputs``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

"""Literals by name, read as Python values when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from glidepath.compiler import literal_type_for_literal
from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import core
from glidepath.types import DataContext, guess_python_type, to_python


class LiteralsResolver(Mapping[str, Any]):
    """The inputs or outputs of an execution.

    ``outputs["o0"]`` is the value as the type that its interface suggests; ``outputs.get("o0", as_type=MyClass)`` as a type
    of yours; ``outputs.literals["o0"]`` the literal itself. Values are read once and kept.
    """

    def __init__(
        self, literals: Mapping[str, core.Literal], variables: Callable[[], Mapping[str, core.Variable]], ctx: DataContext
    ) -> None:
        self.literals = dict(literals)
        self._variables = variables
        self._ctx = ctx
        self._values: dict[tuple[str, Any], Any] = {}

    # flytekit's second argument is a type, not a default.
    def get(self, name: str, as_type: Any = None) -> Any:
        """One value. Raises FlyteValueException for a name that is not there, FlyteTypeException when it is of another type."""
        if name not in self.literals:
            raise FlyteValueException(f"there is no {name!r}", hint=f"there are: {', '.join(self.literals) or 'none'}")
        key = (name, repr(as_type))
        if key not in self._values:
            python_type = as_type if as_type is not None else self._guess(name)
            self._values[key] = to_python(self.literals[name], python_type, self._ctx)
        return self._values[key]

    def _guess(self, name: str) -> Any:
        variables = self._variables()
        if name in variables:
            return guess_python_type(variables[name].type)
        # A launch plan's interface is not in the closure that uses it: the literal itself tells.
        try:
            return guess_python_type(literal_type_for_literal(self.literals[name]))
        except FlyteTypeException as error:
            raise FlyteValueException(
                f"the type of {name!r} is not known", hint=f'.get("{name}", as_type=…) says it'
            ) from error

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.literals)

    def __len__(self) -> int:
        return len(self.literals)

    def __contains__(self, name: object) -> bool:
        return name in self.literals

    def __repr__(self) -> str:
        return f"LiteralsResolver({', '.join(sorted(self.literals))})"

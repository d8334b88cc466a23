"""An interface that is written down, for task classes: ``Interface(inputs={"n": int}, outputs={"o0": str})``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glidepath.authoring.docstrings import EMPTY, Docstring
from glidepath.authoring.interface import MISSING, Interface, Output, Parameter

Declared = Mapping[str, Any]
"""Name → Python type, or (Python type, default)."""


class DeclaredInterface(Interface):
    """The inputs and outputs of a task class. An input's default of ``None`` stands for none, as in flytekit."""

    def __init__(
        self,
        inputs: Declared | None = None,
        outputs: Mapping[str, Any] | None = None,
        output_tuple_name: str | None = None,
        docstring: Docstring | None = None,
    ) -> None:
        described = docstring or EMPTY
        super().__init__(
            {name: _parameter(declared, described.describe_input(name)) for name, declared in (inputs or {}).items()},
            {name: Output(python_type, described.describe_output(name)) for name, python_type in (outputs or {}).items()},
        )
        self.output_tuple_name = output_tuple_name


class PlainInterface:
    """An interface as Python types by name: what flytekit calls ``python_interface``."""

    def __init__(self, interface: Interface) -> None:
        self.inputs = {name: parameter.python_type for name, parameter in interface.inputs.items()}
        self.outputs = {name: output.python_type for name, output in interface.outputs.items()}
        self.inputs_with_defaults = {
            name: (parameter.python_type, None if parameter.default is MISSING else parameter.default)
            for name, parameter in interface.inputs.items()
        }
        self.output_names = list(self.outputs)

    @property
    def default_inputs_as_kwargs(self) -> dict[str, Any]:
        """The defaults of the inputs that have one."""
        return {name: default for name, (_, default) in self.inputs_with_defaults.items() if default is not None}


def owned(interface: Interface, owner: str) -> Interface:
    """The same interface, speaking of its owner in messages."""
    return Interface(interface.inputs, interface.outputs, interface.output_tuple, owner, interface.place)


def _parameter(declared: Any, description: str) -> Parameter:
    python_type, default = declared if isinstance(declared, tuple) else (declared, None)
    return Parameter(python_type, MISSING if default is None else default, description)

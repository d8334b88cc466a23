"""``Echo``: a task whose outputs are its inputs. A control plane runs it without a process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.python_tasks import PythonTask

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings


class Echo(PythonTask):
    """``Echo("e", inputs={"n": int})`` has the output ``o0`` with the value of ``n``.

    Several inputs are echoed as ``o0``, ``o1``, …, in the order in which they are declared.
    """

    def __init__(self, name: str, inputs: Mapping[str, Any] | None = None, **options: Any) -> None:
        outputs = {f"o{index}": python_type for index, python_type in enumerate((inputs or {}).values())}
        super().__init__("echo", name, interface=DeclaredInterface(inputs, outputs), **options)

    def get_config(self, settings: SerializationSettings) -> Mapping[str, str] | None:
        """The order of several inputs; the maps of an interface have none."""
        names = tuple(self.interface.inputs)
        return {"echo_inputs": ",".join(names)} if len(names) > 1 else None

    def execute(self, **kwargs: Any) -> Any:
        """The values, in the order of the inputs."""
        values = tuple(kwargs[name] for name in self.interface.inputs)
        return values[0] if len(values) == 1 else values or None

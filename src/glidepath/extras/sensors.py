"""Sensors: tasks that wait until something is there. A stock Flyte polls them in a connector, Glidepath in a process."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from glidepath.authoring.calls import finished
from glidepath.authoring.interface import Interface
from glidepath.authoring.python_tasks import PythonTask
from glidepath.authoring.signatures import interface_of
from glidepath.authoring.task_metadata import TaskMetadata
from glidepath.errors import FlyteTimeout, FlyteValidationException
from glidepath.types import current
from glidepath.types.file_access import FileAccessProvider

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings


class BaseSensor(PythonTask):
    """A task that is done when :meth:`poke` says so. Subclasses define ``poke``, whose parameters are the task's inputs.

    ``timeout`` (seconds or a timedelta) ends the waiting. ``sensor_config`` is a dataclass, a dict, or has ``to_dict()``; where
    the sensor is polled, its plain form is given to the constructor. A subclass may set ``interval``, the time between polls.

    Example::

        class Row(BaseSensor):
            interval = timedelta(seconds=30)

            async def poke(self, table: str) -> bool:
                return await count(table) > 0


        row = Row("row", timeout=timedelta(hours=1))
    """

    interval: timedelta = timedelta(seconds=2)

    def __init__(
        self,
        name: str,
        timeout: timedelta | int | None = None,
        sensor_config: Any = None,
        task_type: str = "sensor",
        *,
        metadata: TaskMetadata | None = None,
        **options: Any,
    ) -> None:
        waiting = metadata or TaskMetadata()
        if timeout is not None:
            waiting = dataclasses.replace(waiting, timeout=timeout)
        poke = getattr(self, "poke", None)
        if poke is None:
            raise FlyteValidationException(
                f"sensor {type(self).__qualname__} does not say what it waits for",
                hint="define async def poke(self, …) -> bool",
            )
        declared = interface_of(poke, owner=name, must_return=False)
        super().__init__(
            task_type, name, sensor_config, Interface(declared.inputs, {}, None, name), metadata=waiting, **options
        )

    def get_custom(self, settings: SerializationSettings) -> Mapping[str, Any]:
        cls = type(self)
        return {
            "sensor_module": getattr(cls, "wire_module", self.module if cls.__module__ == "__main__" else cls.__module__),
            "sensor_name": cls.__name__,
            "sensor_config": plain_config(self.task_config),
            "inputs": None,
        }

    def execute(self, **kwargs: Any) -> None:
        """Poll in this process. Raises FlyteTimeout after the task's timeout."""
        limit = self.settings.timeout.total_seconds()
        deadline = time.monotonic() + limit if limit else None
        while not finished(self.poke(**kwargs)):  # type: ignore[attr-defined]
            if deadline is not None and time.monotonic() + self.interval.total_seconds() > deadline:
                raise FlyteTimeout(f"sensor {self.name} has waited for {limit:g} s in vain")
            time.sleep(self.interval.total_seconds())


class FileSensor(BaseSensor):
    """Waits for a file, or for a folder with something in it: ``FileSensor("wait")(path="s3://bucket/day/_SUCCESS")``."""

    wire_module = "flytekit.sensor.file_sensor"

    def __init__(self, name: str, timeout: timedelta | int | None = None, **options: Any) -> None:
        super().__init__(name, timeout, **options)

    async def poke(self, path: str) -> bool:
        """Whether it is there."""
        return FileAccessProvider(current()).exists(path)


def plain_config(config: Any) -> Any:
    """A sensor's configuration as plain data."""
    if config is None or isinstance(config, dict):
        return config
    if hasattr(config, "to_dict"):
        return config.to_dict()
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        return dataclasses.asdict(config)
    raise FlyteValidationException(
        f"sensor_config={config!r} cannot travel", hint="use a dataclass, a dict, or a class with to_dict()"
    )

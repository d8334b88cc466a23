"""``glidepath-sensor``: one attempt of a sensor, which polls until there is what it waits for.

Stock Flyte polls sensors in a connector, which must be able to import their classes; here a process of the server's environment
does. The engine ends it when the task's timeout is over.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from glidepath.errors import FlyteEntityNotFoundException, FlyteUserRuntimeException
from glidepath.idl import core, paths
from glidepath.runtime.arguments import parse_template_program
from glidepath.runtime.context import local_parameters, running
from glidepath.runtime.errors import system_error, user_error
from glidepath.runtime.execution import values_of
from glidepath.storage import Storage, open_storage
from glidepath.types import DataContext, using

PROGRAM = "glidepath-sensor"


def main(argv: Sequence[str]) -> int:
    """Poll until the sensor says yes; what it raises is in ``error.pb``. Gives back 0."""
    arguments = parse_template_program(PROGRAM, argv)
    storage = open_storage()
    task = core.TaskTemplate.FromString(storage.get(arguments.task))
    try:
        sensor = sensor_of(task)
        inputs = core.LiteralMap.FromString(storage.get(arguments.inputs))
        _poll(sensor, inputs, storage, arguments.raw_output_data_prefix)
    except (FlyteUserRuntimeException, FlyteEntityNotFoundException) as error:
        _put(storage, arguments.output_prefix, paths.ERROR, user_error(error))
    except Exception as error:  # noqa: BLE001  (the edge: whatever went wrong is told to the engine)
        _put(storage, arguments.output_prefix, paths.ERROR, system_error(error))
    else:
        _put(storage, arguments.output_prefix, paths.OUTPUTS, core.LiteralMap())
    return 0


def sensor_of(task: core.TaskTemplate) -> Any:
    """The sensor of a template, made again from its class and its configuration.

    Raises FlyteEntityNotFoundException for a class that this environment does not have, FlyteUserRuntimeException for one that
    cannot be made.
    """
    custom = MessageToDict(task.custom)
    module, name = custom.get("sensor_module", ""), custom.get("sensor_name", "")
    try:
        cls = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise FlyteEntityNotFoundException(
            f"the sensor {name} of module {module} cannot be imported where sensors run: {error}",
            where=f"task {task.id.name}",
            hint="install its module in the server's environment; a sensor's code does not travel with its workflow",
        ) from error
    config = custom.get("sensor_config")
    try:
        return cls(task.id.name) if config is None else cls(task.id.name, sensor_config=config)
    except Exception as error:
        raise FlyteUserRuntimeException(f"the sensor {name} cannot be made: {error}", where=f"task {task.id.name}") from error


def _poll(sensor: Any, inputs: core.LiteralMap, storage: Storage, raw_prefix: str) -> None:
    with tempfile.TemporaryDirectory(prefix="flyte-") as folder:
        ctx = DataContext(storage, raw_prefix, Path(folder, "data"))
        with using(ctx), running(local_parameters(os.path.join(folder, "work"), raw_prefix)):  # noqa: PTH118
            values = values_of(sensor, inputs, ctx)
            try:
                sensor.execute(**values)
            except Exception as error:
                raise FlyteUserRuntimeException(f"{type(error).__name__}: {error}", where=f"sensor {sensor.name}") from error


def _put(storage: Storage, prefix: str, name: str, message: Any) -> None:
    storage.put(paths.join(prefix, name), message.SerializeToString(deterministic=True))

"""``glidepath-container``: one attempt of a container task on this machine, in place of Flyte's copilot around a container."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glidepath.errors import FlyteException
from glidepath.idl import core, paths
from glidepath.runtime.arguments import TemplateArguments, parse_template_program
from glidepath.runtime.container_inputs import write_inputs
from glidepath.runtime.container_outputs import ContainerOutputError, error_told, read_outputs
from glidepath.runtime.container_run import DataFolders, run_command
from glidepath.storage import Storage, open_storage

PROGRAM = "glidepath-container"


def main(argv: Sequence[str]) -> int:
    """Run the attempt that the arguments name; gives back the command's exit code.

    What it left is in ``outputs.pb``, what it or its files say of a failure in ``error.pb``.
    """
    arguments = parse_template_program(PROGRAM, argv)
    storage = open_storage()
    folder = Path(tempfile.mkdtemp(prefix="flyte-"))
    try:
        return _run(arguments, storage, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(arguments: TemplateArguments, storage: Storage, folder: Path) -> int:
    task = core.TaskTemplate.FromString(storage.get(arguments.task))
    config = data_config_of(task)
    folders = DataFolders.below(folder, config)
    try:
        if config.io_strategy.download_mode != core.IOStrategy.DO_NOT_DOWNLOAD:
            inputs = core.LiteralMap.FromString(storage.get(arguments.inputs))
            write_inputs(inputs, folders.inputs, config.format, storage)
    except FlyteException as error:
        _fail(arguments, storage, "InputDownloadFailed", str(error), core.ExecutionError.SYSTEM, recoverable=True)
        return 0
    done = run_command(folders.command(arguments.command), os.environ, Path.cwd(), keep_output=False)
    told = error_told(folders.outputs)
    if told is not None:
        _fail(arguments, storage, ContainerOutputError.code, f"User Error: {told}", core.ExecutionError.USER, recoverable=True)
        return 0
    if done.code != 0:
        return done.code if done.code > 0 else 128 - done.code
    if config.io_strategy.upload_mode == core.IOStrategy.DO_NOT_UPLOAD:
        return 0
    try:
        outputs = read_outputs(task.interface, folders.outputs, arguments.raw_output_data_prefix, storage)
    except ContainerOutputError as error:
        _fail(arguments, storage, error.code, str(error), core.ExecutionError.USER, recoverable=False)
        return 0
    storage.put(paths.join(arguments.output_prefix, paths.OUTPUTS), outputs.SerializeToString(deterministic=True))
    return 0


def data_config_of(task: core.TaskTemplate) -> core.DataLoadingConfig:
    """Where a task's container expects its data, and in which layout."""
    return task.k8s_pod.data_config if task.WhichOneof("target") == "k8s_pod" else task.container.data_config


def _fail(
    arguments: TemplateArguments,
    storage: Storage,
    code: str,
    message: str,
    origin: core.ExecutionError.ErrorKind,
    *,
    recoverable: bool,
) -> None:
    kind = core.ContainerError.RECOVERABLE if recoverable else core.ContainerError.NON_RECOVERABLE
    document = core.ErrorDocument(error=core.ContainerError(code=code, message=message, kind=kind, origin=origin))
    document.error.timestamp.GetCurrentTime()
    storage.put(paths.join(arguments.output_prefix, paths.ERROR), document.SerializeToString())
    print(message, file=sys.stderr)  # noqa: T201

"""``ContainerTask``: any program in any image, which gets its inputs as files and leaves its outputs as files."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from glidepath.authoring.container_hooks import ContainerHooks
from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.python_tasks import PythonTask
from glidepath.errors import FlyteAssertion, FlyteRecoverableException, FlyteValidationException
from glidepath.idl import core
from glidepath.idl.literal_text import argument_text
from glidepath.runtime.container_inputs import write_inputs
from glidepath.runtime.container_outputs import ContainerOutputError, error_told, read_outputs
from glidepath.runtime.container_run import DataFolders, missing_program, run_command

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings
    from glidepath.types.flyte_context import FlyteContext

_INPUT = re.compile(r"\{\{\s*[.$]inputs\.(\w+)\s*\}\}", re.IGNORECASE)


class InputsFormat(enum.Enum):
    """How all inputs are told in one file, besides a file for each."""

    JSON = core.DataLoadingConfig.JSON
    YAML = core.DataLoadingConfig.YAML
    PROTO = core.DataLoadingConfig.PROTO


class DataStrategy(enum.Enum):
    """When data is brought and taken."""

    DOWNLOAD_EAGER = ("download_mode", core.IOStrategy.DOWNLOAD_EAGER)
    DOWNLOAD_STREAM = ("download_mode", core.IOStrategy.DOWNLOAD_STREAM)
    DO_NOT_DOWNLOAD = ("download_mode", core.IOStrategy.DO_NOT_DOWNLOAD)
    UPLOAD_EAGER = ("upload_mode", core.IOStrategy.UPLOAD_EAGER)
    UPLOAD_ON_EXIT = ("upload_mode", core.IOStrategy.UPLOAD_ON_EXIT)
    DO_NOT_UPLOAD = ("upload_mode", core.IOStrategy.DO_NOT_UPLOAD)


class ContainerTask(ContainerHooks, PythonTask):
    """A command in an image. ``{{.inputs.x}}`` in ``command`` and ``arguments`` is the text of input ``x``.

    In ``input_data_dir`` the command finds a file for each input, in ``output_data_dir`` it leaves one for each output. In a
    local run, and on a server without containers, the command runs on the machine itself, which must have it.

    Example::

        >>> area = ContainerTask(
        ...     name="area",
        ...     image="alpine:3",
        ...     inputs={"a": float, "b": float},
        ...     outputs={"area": float},
        ...     output_data_dir="/var/outputs",
        ...     command=["sh", "-c", "echo {{.inputs.a}} {{.inputs.b}} | awk '{print $1 * $2}' > /var/outputs/area"],
        ... )
        >>> area(a=2.0, b=3.5)
        7.0
    """

    MetadataFormat = InputsFormat
    IOStrategy = DataStrategy

    def __init__(
        self,
        name: str,
        image: str,
        command: Sequence[str],
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        *,
        arguments: Sequence[str] | None = None,
        input_data_dir: str | None = None,
        output_data_dir: str | None = None,
        metadata_format: InputsFormat = InputsFormat.JSON,
        io_strategy: DataStrategy | None = None,
        local_logs: bool = False,
        **options: Any,
    ) -> None:
        super().__init__("raw-container", name, interface=DeclaredInterface(inputs, outputs), container_image=image, **options)
        self._command = list(command)
        self._arguments = list(arguments or ())
        self._local_logs = local_logs
        self._data = core.DataLoadingConfig(
            enabled=True, input_path=input_data_dir or "", output_path=output_data_dir or "", format=metadata_format.value
        )
        if io_strategy is not None:
            side, mode = io_strategy.value
            setattr(self._data.io_strategy, side, mode)

    def get_k8s_pod(self, settings: SerializationSettings) -> core.K8sPod | None:
        pod = super().get_k8s_pod(settings)
        if pod is not None:
            pod.data_config.CopyFrom(self._data)
        return pod

    def dispatch_execute(self, ctx: FlyteContext, input_literal_map: core.LiteralMap) -> core.LiteralMap:
        """Run the command on this machine. Raises FlyteRecoverableException when it fails, as it would on a server."""
        argv = self._rendered(input_literal_map)
        env = {**os.environ, **self.settings.environment}
        if missing := missing_program(argv, env.get("PATH", os.defpath)):
            raise FlyteValidationException(
                f"{self.name} runs {missing!r} of image {self.settings.container_image}, which this machine does not have",
                where=str(self.source),
                hint="local runs start no containers: install the program, or run on a control plane that starts images",
            )
        work = ctx.data.new_path()
        work.mkdir()
        folders = DataFolders.below(work, self._data)
        write_inputs(input_literal_map, folders.inputs, self._data.format, ctx.data.storage)
        done = run_command(folders.command(argv), env, work, keep_output=not self._local_logs)
        if (told := error_told(folders.outputs)) is not None:
            raise ContainerOutputError(f"User Error: {told}")
        if done.code != 0:
            raise FlyteRecoverableException(f"{argv[0]} exited with code {done.code}. Its last output:\n{done.tail}")
        return read_outputs(self.interface.typed, folders.outputs, ctx.data.new_uri(), ctx.data.storage)

    def _container(self, settings: SerializationSettings) -> core.Container:
        env = {**settings.env, **self.settings.environment}
        return core.Container(
            image=self.get_image(settings),
            command=self._command,
            args=self._arguments,
            resources=self.settings.resources,
            env=[core.KeyValuePair(key=key, value=value) for key, value in env.items()],
            data_config=self._data,
        )

    def _rendered(self, inputs: core.LiteralMap) -> list[str]:
        def text(match: re.Match[str]) -> str:
            if match[1] not in inputs.literals:
                raise FlyteAssertion(f"the command of {self.name} uses {match[0]}, but there is no input {match[1]!r}")
            return argument_text(inputs.literals[match[1]])

        return [_INPUT.sub(text, word) for word in (*self._command, *self._arguments)]

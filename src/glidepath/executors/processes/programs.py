"""Tasks that run by their template, under a program of this server's own environment instead of one in their image."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from glidepath.errors import FlyteUserException
from glidepath.executors.protocol import Attempt
from glidepath.executors.templates import task_template_uri
from glidepath.idl import core

CONTAINER, SENSOR = "glidepath-container", "glidepath-sensor"
_SENSOR_TYPE = "sensor"


class ProgramMissing(FlyteUserException):
    """A container task wants a program that its image has and this machine has not."""

    code = "ProgramMissing"


def program_of(task: core.TaskTemplate) -> str:
    """The program that runs a task by its template; empty for tasks that bring their own."""
    if task.type == _SENSOR_TYPE and not task.HasField("container"):
        return SENSOR
    pod = task.WhichOneof("target") == "k8s_pod"
    enabled = task.k8s_pod.data_config.enabled if pod else task.container.data_config.enabled
    return CONTAINER if enabled else ""


def program_command(program: str, attempt: Attempt, command: Sequence[str]) -> list[str]:
    """The arguments that start the program for an attempt; ``command`` is what a container would run."""
    options = {
        "--inputs": attempt.input_uri,
        "--output-prefix": attempt.output_prefix,
        "--raw-output-data-prefix": attempt.raw_output_prefix,
        "--task": task_template_uri(attempt),
    }
    return [program, *(word for option in options.items() for word in option), "--", *command]


def check_program(attempt: Attempt, image: str, command: Sequence[str], path: str) -> None:
    """Raises ProgramMissing when this machine has not the program of a container; ``path`` is the command search path."""
    if command and shutil.which(command[0], path=path) is None:
        raise ProgramMissing(
            f"this machine has no program {command[0]!r}, which the container of image {image} would run; PATH is {path}",
            where=f"task {attempt.task.id.name}",
            hint="install it here, map the image to an environment that has it, or run the task on a server with the"
            " kubernetes executor, which starts images",
        )

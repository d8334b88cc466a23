"""Everything that must be known to start an attempt as a process, worked out before anything is touched."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from glidepath.errors import FlyteValidationException
from glidepath.executors.containers import Demand, container_of, demand_of
from glidepath.executors.environment import environment, shared_environment
from glidepath.executors.processes.admission import Request
from glidepath.executors.processes.command import split_fast
from glidepath.executors.processes.config import ProcessConfig
from glidepath.executors.processes.programs import SENSOR, check_program, program_command, program_of
from glidepath.executors.protocol import Attempt
from glidepath.executors.secrets import Mounts, mount
from glidepath.executors.templates import render, wants_task_template
from glidepath.idl import core

_SECRETS = "secrets"


@dataclass(frozen=True)
class Launch:
    """How one attempt will run.

    ``distribution`` is the URI of its code ("" if none); ``shared`` are the variables that all attempts of one code have;
    ``in_place`` says that the command expects its code in the working directory.
    """

    attempt: Attempt
    folder: Path
    python: str
    argv: list[str]
    env: dict[str, str]
    shared: dict[str, str]
    distribution: str
    in_place: bool
    request: Request
    memory_limit: int
    mounts: Mounts
    wants_template: bool

    @property
    def line(self) -> str:
        """The waiting line of the attempt: its execution."""
        execution = self.attempt.execution
        return f"{execution.project}/{execution.domain}/{execution.name}"

    @property
    def bundle(self) -> tuple[str, str, str]:
        """What a warm parent is kept for: interpreter, code, and the variables under which the code was imported."""
        digest = hashlib.sha256(json.dumps(self.shared, sort_keys=True).encode()).hexdigest()
        return (self.python, self.distribution, digest)


def folder_of(root: Path, execution: core.WorkflowExecutionIdentifier, name: str) -> Path:
    """The folder of an attempt: its records, its log and its working directory."""
    return root / "attempts" / f"{execution.project}-{execution.domain}-{execution.name}" / name


def plan(attempt: Attempt, config: ProcessConfig) -> Launch:
    """How to run an attempt under a configuration; reads secrets, changes nothing.

    Raises an error of the :mod:`glidepath.errors` tree when the attempt can never run as it is.
    """
    program = program_of(attempt.task)
    container = core.Container() if program == SENSOR else container_of(attempt.task)
    written = [*container.command, *container.args]
    argv = render(written, attempt)
    if not argv and program != SENSOR:
        raise FlyteValidationException(
            "its container has neither a command nor arguments", where=f"task {attempt.task.id.name}"
        )
    fast = split_fast(argv)
    folder = folder_of(config.root, attempt.execution, attempt.name)
    mounts = mount(attempt.task.security_context.secrets, config.secrets, folder / _SECRETS)
    python = config.python_for(container.image)
    env = {**_path(python, config), **environment(attempt, container, config.platform)}
    if program:
        check_program(attempt, container.image, argv, env["PATH"])
        argv, python = program_command(program, attempt, argv), sys.executable
    demand = Demand(cpus=0.0) if program == SENSOR else demand_of(container)
    return Launch(
        attempt=attempt,
        folder=folder,
        python=python,
        argv=fast.command if fast else argv,
        env={**env, **{key: value for key, value in mounts.env.items() if key not in env}},
        shared=shared_environment(env),
        distribution=fast.distribution if fast else "",
        in_place=fast is not None and not os.path.isabs(fast.destination),  # noqa: PTH117  (a text of another machine)
        request=_request(demand, config),
        memory_limit=demand.memory_limit or 0,
        mounts=mounts,
        wants_template=bool(program) or wants_task_template(written),
    )


def _request(demand: Demand, config: ProcessConfig) -> Request:
    cpus = config.default_cpus if demand.cpus is None else demand.cpus
    memory = config.default_memory_bytes if demand.memory is None else demand.memory
    return Request(cpus, memory, demand.gpus)


def _path(python: str, config: ProcessConfig) -> dict[str, str]:
    # The programs of the environment come first, as in an image that was made for it.
    folder = str(Path(python).parent)
    return {"PATH": os.pathsep.join(part for part in (folder, config.base_env.get("PATH", os.defpath)) if part)}

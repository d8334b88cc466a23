"""What an executor is: it takes attempts, says how they go, and ends each with exactly one outcome.

An attempt is one run of one task. Its ``name`` is made from execution, node and retry number, so handing the same attempt in
twice starts it once, also across a restart of the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from glidepath.idl import core

Phase: TypeAlias = core.TaskExecution.Phase


@dataclass(frozen=True)
class Attempt:
    """One run of one task, as the engine orders it.

    ``task`` is the template with its placeholders still in and the node's overrides already applied; ``env`` holds the
    variables that the execution adds; ``previous_checkpoint`` is empty for a first attempt; ``started_at`` is set for one that
    a former server saw running. All URIs are absolute.
    """

    name: str
    execution: core.WorkflowExecutionIdentifier
    node_id: str
    retry_attempt: int
    task: core.TaskTemplate
    inputs: core.LiteralMap
    input_uri: str
    output_prefix: str
    raw_output_prefix: str
    checkpoint_prefix: str
    workflow: core.Identifier
    previous_checkpoint: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    interruptible: bool = False
    started_at: datetime | None = None


@dataclass(frozen=True)
class Succeeded:
    """The attempt did its work. ``outputs`` is empty when the task declares none or left ``futures``, a plan of more nodes."""

    outputs: core.LiteralMap
    output_uri: str
    deck_uri: str | None = None
    futures: bool = False


@dataclass(frozen=True)
class Failed:
    """The attempt failed. ``recoverable`` says that another attempt may succeed; ``error.kind`` says whose budget it takes."""

    error: core.ExecutionError
    recoverable: bool


Outcome: TypeAlias = "Succeeded | Failed"


@dataclass(frozen=True)
class Report:
    """One thing that happened to an attempt. ``outcome`` is set with the phases SUCCEEDED and FAILED only."""

    name: str
    phase: Phase
    at: datetime
    reason: str = ""
    logs: tuple[core.TaskLog, ...] = ()
    phase_version: int = 0
    outcome: Outcome | None = None


Listener: TypeAlias = Callable[[Report], None]


@runtime_checkable
class Executor(Protocol):
    """Where attempts run. Reports of one attempt come in order; reports of several may come from several threads."""

    @property
    def task_types(self) -> frozenset[str] | None:
        """The task types that this executor runs; ``None`` for every type that nobody else wants."""
        ...

    def start(self, listener: Listener) -> None:
        """Begin to take attempts; every report goes to ``listener``, which must be quick."""
        ...

    def submit(self, attempt: Attempt) -> None:
        """Run an attempt. A name that is known already is not started again."""
        ...

    def abort(self, name: str, reason: str) -> None:
        """Stop an attempt and all that it started; its last report is then ABORTED. Twice, or an unknown name, is fine."""
        ...

    def adopt(self, attempts: Sequence[Attempt]) -> None:
        """After a restart: follow those that live, report the end of those that ended, start those that never began."""
        ...

    def sweep(self) -> None:
        """After a restart, when everything wanted has been adopted: stop what else still runs of former servers."""
        ...

    def close(self) -> None:
        """Stop taking and reporting. What runs goes on, for the next executor to adopt."""
        ...

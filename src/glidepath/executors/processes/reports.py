"""Makes the reports of attempts that run as processes."""

from __future__ import annotations

from datetime import datetime, timezone

from glidepath.errors import FlyteException, FlyteSystemException, FlyteValueException
from glidepath.executors.processes.admission import Request
from glidepath.executors.processes.programs import ProgramMissing
from glidepath.executors.protocol import Attempt, Failed, Phase, Report
from glidepath.executors.secrets import MissingSecret
from glidepath.executors.verdict import failure
from glidepath.idl import core

_CODES: dict[type[Exception], str] = {
    MissingSecret: "MissingSecret",
    ProgramMissing: ProgramMissing.code,
    FlyteValueException: "BadTaskFormat",
}


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(tz=timezone.utc)


def utc(seconds: float) -> datetime:
    """A Unix time as a time of day."""
    return datetime.fromtimestamp(seconds, tz=timezone.utc)


def task_log(template: str, attempt: Attempt) -> tuple[core.TaskLog, ...]:
    """The link to an attempt's log; none when no template is configured."""
    if not template:
        return ()
    uri = template.format(
        project=attempt.execution.project,
        domain=attempt.execution.domain,
        execution=attempt.execution.name,
        node=attempt.node_id,
        attempt=attempt.retry_attempt,
        name=attempt.name,
    )
    return (core.TaskLog(uri=uri, name="Logs", message_format=core.TaskLog.UNKNOWN),)


def progress(attempt: Attempt, phase: Phase, reason: str, logs: tuple[core.TaskLog, ...] = ()) -> Report:
    """A report of an attempt on its way."""
    return Report(attempt.name, phase, utc_now(), reason, logs)


def aborted(name: str, reason: str, logs: tuple[core.TaskLog, ...] = ()) -> Report:
    """The last report of an attempt that was stopped on request."""
    return Report(name, core.TaskExecution.ABORTED, utc_now(), reason, logs)


def unfit(error: FlyteException) -> Failed:
    """An attempt that can never run as it is."""
    code = _CODES.get(type(error), "BadTaskFormat")
    return failure(code, str(error), core.ExecutionError.USER, recoverable=False)


def broken(code: str, message: str, *, recoverable: bool = True) -> Failed:
    """An attempt that failed through no fault of the task."""
    return failure(code, message, core.ExecutionError.SYSTEM, recoverable=recoverable)


def code_missing(error: Exception, distribution: str) -> Failed:
    """An attempt whose code cannot be had: another try may help when a store was at fault, not when the archive is."""
    # Where an archive's error says it happened is a temporary file, gone by now; the address is what a person can look at.
    reason = error.message if isinstance(error, FlyteException) else str(error)
    text = f"the code of the task cannot be used: {reason}\n  at: {distribution}\n  try: register the task again"
    if isinstance(error, FlyteSystemException | OSError):
        return broken("CodeUnavailable", text)
    return failure("BadCodeArchive", text, core.ExecutionError.USER, recoverable=False)


def too_large(request: Request, whole: Request) -> Failed:
    """An attempt that asks for more than the machine has when nothing runs."""
    text = f"the task asks for {request}, and this machine has {whole} in all\n  try: ask for less"
    return failure("ResourceRequestsExceedLimits", text, core.ExecutionError.USER, recoverable=False)


def no_python(attempt: Attempt, python: str, why: str) -> Failed:
    """An attempt whose interpreter does not start."""
    text = (
        f"the python environment of image {attempt.task.container.image or '(none)'}, {python}, does not start:\n{why}\n"
        "  try: check the server's mapping of images to environments"
    )
    return broken("EnvironmentUnusable", text, recoverable=False)

"""Who pays for a failed attempt, and whether there is another (reference: engine.md, 1.9)."""

from __future__ import annotations

from datetime import timedelta

from glidepath.engine.state import NodeState, Settings
from glidepath.idl import core

INITIAL, FACTOR, MAXIMUM = "retry_backoff_initial_seconds", "retry_backoff_factor", "retry_backoff_max_seconds"
_LONGEST_PAUSE = 86400.0


def attempts_allowed(task: core.TaskTemplate, settings: Settings) -> int:
    """How many attempts a user's failures may use."""
    retries = task.metadata.retries.retries
    return retries + 1 if retries else settings.default_attempts


def is_system(error: core.ExecutionError) -> bool:
    return error.kind == core.ExecutionError.SYSTEM


def may_retry(node: NodeState, error: core.ExecutionError, task: core.TaskTemplate, settings: Settings) -> bool:
    """Whether another attempt follows a recoverable ``error`` of the attempt that ``node`` is in."""
    if is_system(error):
        return node.system_failures < settings.system_retries
    return _user_attempt(node) < attempts_allowed(task, settings)


def exhausted(node: NodeState, error: core.ExecutionError, task: core.TaskTemplate, settings: Settings) -> core.ExecutionError:
    """The permanent error that a recoverable one becomes when its budget is spent."""
    if is_system(error):
        current, most = node.system_failures + 1, settings.system_retries + 1
    else:
        current, most = _user_attempt(node), attempts_allowed(task, settings)
    kind = core.ExecutionError.ErrorKind.Name(error.kind)
    return core.ExecutionError(
        code=f"RetriesExhausted|{error.code}",
        message=f"[{current}/{most}] currentAttempt done. Last Error: {kind}::{error.message}",
        kind=core.ExecutionError.USER,
        timestamp=error.timestamp if error.HasField("timestamp") else None,
        worker=error.worker,
        error_uri=error.error_uri,
    )


def pause_before(attempt: int, task: core.TaskTemplate) -> timedelta:
    """How long attempt number ``attempt`` (from 1, the second) waits after the failure of the one before it.

    Stock Flyte has no such pause; it travels in the template's ``config``, which stock ignores.
    """
    config = task.config
    if INITIAL not in config:
        return timedelta()
    try:
        initial, factor = float(config[INITIAL]), float(config.get(FACTOR, "2"))
        most = float(config.get(MAXIMUM, "inf"))
        seconds = min(initial * factor ** (attempt - 1), most, _LONGEST_PAUSE)
    except (ValueError, OverflowError):
        return timedelta()
    return timedelta(seconds=max(seconds, 0.0))


def _user_attempt(node: NodeState) -> int:
    return node.attempt + 1 - node.system_failures


def runs_interruptible(node: NodeState, wanted: bool, settings: Settings) -> bool:
    """Interruptible nodes run on safe capacity for the last attempt that system failures allow."""
    return wanted and node.system_failures < settings.system_retries

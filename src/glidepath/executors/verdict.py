"""What became of an attempt, judged from its exit and from the files that it left (reference: engine.md, 1.8 and 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from signal import Signals

from google.protobuf.message import DecodeError

from glidepath.executors.protocol import Attempt, Failed, Outcome, Report, Succeeded
from glidepath.idl import core, paths
from glidepath.storage.protocol import Storage

_MEBIBYTE = 1024 * 1024
_SIGKILL = 9
_KILLED_CODES = (137, 247)
MAX_OUTPUT_BYTES = 10 * _MEBIBYTE


@dataclass(frozen=True)
class Exit:
    """How a process ended: its exit code, or the signal that killed it, or neither when nobody saw its end.

    ``oom_limit`` is set (bytes) when it was killed for using more memory than that; ``tail`` is the end of what it printed.
    """

    code: int | None = None
    signal: int | None = None
    oom_limit: int | None = None
    max_rss: int | None = None
    tail: str = ""

    @property
    def lost(self) -> bool:
        """Nobody saw this process end: its parent died with it."""
        return self.code is None and self.signal is None


def verdict(storage: Storage, attempt: Attempt, end: Exit, max_output_bytes: int = MAX_OUTPUT_BYTES) -> Outcome:
    """The outcome of an attempt whose process has ended.

    What the task wrote comes first: a plan of more nodes, then an error document (its word beats exit code 0), then outputs.
    ``max_output_bytes`` bounds ``outputs.pb``.
    """
    if end.oom_limit is not None:
        return _out_of_memory(end.oom_limit)
    files = _files(storage, attempt.output_prefix)
    if paths.FUTURES in files and (end.code == 0 or end.lost):
        return Succeeded(core.LiteralMap(), _output_uri(attempt), _deck(attempt, files), futures=True)
    if error_uris := _error_uris(attempt, files):
        return _from_error_documents(storage, error_uris)
    if not (end.code == 0 or (end.lost and paths.OUTPUTS in files)):
        return _from_exit(end)
    return _outputs(storage, attempt, files, max_output_bytes)


def failure(code: str, message: str, kind: core.ExecutionError.ErrorKind, *, recoverable: bool) -> Failed:
    """A failure that the platform found itself."""
    error = core.ExecutionError(code=code, message=message, kind=kind)
    error.timestamp.GetCurrentTime()
    return Failed(error, recoverable)


def final_report(name: str, outcome: Outcome, at: datetime, logs: tuple[core.TaskLog, ...] = ()) -> Report:
    """The last report of an attempt that ended by itself."""
    if isinstance(outcome, Succeeded):
        return Report(name, core.TaskExecution.SUCCEEDED, at, "", logs, outcome=outcome)
    return Report(name, core.TaskExecution.FAILED, at, outcome.error.message, logs, outcome=outcome)


def _files(storage: Storage, prefix: str) -> dict[str, int]:
    """Names and sizes of the files directly in the output prefix."""
    depth = _depth(prefix.rstrip("/")) + 1
    return {info.uri.rsplit("/", 1)[-1]: info.size for info in storage.list(prefix) if _depth(info.uri) == depth}


def _depth(uri: str) -> int:
    return uri.rpartition("://")[2].count("/")


def _error_uris(attempt: Attempt, files: dict[str, int]) -> list[str]:
    # Distributed tasks write one document per worker, ``error-<uuid>.pb``.
    names = [name for name in files if name == paths.ERROR or (name.startswith("error-") and name.endswith(".pb"))]
    return [paths.join(attempt.output_prefix, name) for name in sorted(names)]


def _from_error_documents(storage: Storage, uris: list[str]) -> Failed:
    documents = []
    for uri in uris:
        try:
            documents.append((core.ErrorDocument.FromString(storage.get(uri)).error, uri))
        except DecodeError as reason:
            text = f"{uri} is no error document: {reason}"
            return failure("ErrorFileBadFormat", text, core.ExecutionError.SYSTEM, recoverable=True)
    # Of several workers the first to fail is the cause.
    found, uri = min(documents, key=lambda pair: (pair[0].timestamp.seconds, pair[0].timestamp.nanos))
    error = core.ExecutionError(
        code=found.code, message=found.message, kind=found.origin, error_uri=uri, timestamp=found.timestamp, worker=found.worker
    )
    return Failed(error, recoverable=found.kind == core.ContainerError.RECOVERABLE)


def _from_exit(end: Exit) -> Failed:
    if end.lost:
        text = "the process was lost: the program that watched it died, and it left neither outputs nor an error"
        return failure("Interrupted", text, core.ExecutionError.SYSTEM, recoverable=True)
    if end.signal == _SIGKILL or end.code in _KILLED_CODES:
        text = (
            "the process was killed (SIGKILL) by something other than Glidepath\n"
            "  try: look in the machine's log (dmesg) whether it ran out of memory; a task with a memory limit is told apart"
        )
        return failure("Interrupted", text, core.ExecutionError.SYSTEM, recoverable=True)
    how = f"exited with code {end.code}" if end.signal is None else f"died of signal {end.signal} ({_signal_name(end.signal)})"
    told = f". Its last output:\n{end.tail}" if end.tail else " and printed nothing"
    return failure("Error", f"the process {how}{told}", core.ExecutionError.USER, recoverable=True)


def _out_of_memory(limit: int) -> Failed:
    text = (
        f"the task used more than its memory limit of {limit / _MEBIBYTE:.0f} MiB and was killed\n"
        '  try: ask for more, @task(requests=Resources(mem="…"), limits=Resources(mem="…")), or use less'
    )
    return failure("OOMKilled", text, core.ExecutionError.USER, recoverable=True)


def _outputs(storage: Storage, attempt: Attempt, files: dict[str, int], max_output_bytes: int) -> Outcome:
    uri, deck = _output_uri(attempt), _deck(attempt, files)
    if not attempt.task.interface.outputs.variables:
        return Succeeded(core.LiteralMap(), uri, deck)
    size = files.get(paths.OUTPUTS)
    if size is None:
        declared = ", ".join(sorted(attempt.task.interface.outputs.variables))
        text = (
            f"the task ended without writing its outputs ({declared}) to {uri}\n"
            "  try: return from the task's function; sys.exit(0) and os._exit(0) leave it before its outputs are written"
        )
        return failure("OutputsNotFound", text, core.ExecutionError.UNKNOWN, recoverable=True)
    if size > max_output_bytes:
        text = f"outputs.pb has {size} bytes, at most {max_output_bytes} are allowed: return a FlyteFile or a DataFrame instead"
        return failure("OutputSizeExceeded", text, core.ExecutionError.UNKNOWN, recoverable=False)
    try:
        return Succeeded(core.LiteralMap.FromString(storage.get(uri)), uri, deck)
    except DecodeError as error:
        text = f"{uri} does not hold a map of literals: {error}"
        return failure("OutputsNotFound", text, core.ExecutionError.UNKNOWN, recoverable=True)


def _output_uri(attempt: Attempt) -> str:
    return paths.join(attempt.output_prefix, paths.OUTPUTS)


def _deck(attempt: Attempt, files: dict[str, int]) -> str | None:
    return paths.join(attempt.output_prefix, paths.DECK) if paths.DECK in files else None


def _signal_name(number: int) -> str:
    try:
        return Signals(number).name
    except ValueError:
        return "unknown"

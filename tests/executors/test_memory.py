from pathlib import Path

from executor_attempts import Reports, make_attempt

from glidepath.executors.memory import MemoryExecutor
from glidepath.executors.processes.reports import broken
from glidepath.executors.protocol import Executor
from glidepath.idl import core


def started(executor: MemoryExecutor) -> Reports:
    reports = Reports()
    executor.start(reports)
    return reports


def test_is_an_executor() -> None:
    assert isinstance(MemoryExecutor(), Executor)


def test_attempts_end_when_asked_in_order(tmp_path: Path) -> None:
    executor = MemoryExecutor()
    reports = started(executor)
    for name in ("a", "b", "a"):
        executor.submit(make_attempt(tmp_path, name))
    executor.run_next()
    assert reports.phases_of("a") == ["QUEUED", "RUNNING", "SUCCEEDED"]
    assert [attempt.name for attempt in executor.waiting] == ["b"]


def test_behaves_as_told(tmp_path: Path) -> None:
    executor = MemoryExecutor(lambda attempt: broken("X", "no"), at_once=True)
    reports = started(executor)
    executor.submit(make_attempt(tmp_path, "a"))
    assert reports.end_of("a").phase == core.TaskExecution.FAILED


def test_aborts_what_waits_and_what_nobody_knows(tmp_path: Path) -> None:
    executor = MemoryExecutor()
    reports = started(executor)
    executor.submit(make_attempt(tmp_path, "a"))
    executor.abort("a", "r")
    executor.abort("a", "r")
    executor.abort("b", "r")
    assert reports.phases_of("a") == ["QUEUED", "ABORTED"]
    assert reports.phases_of("b") == ["ABORTED"]

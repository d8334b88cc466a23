"""Attempts for the tests of executors, and a listener that waits for reports."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from glidepath.executors.processes import ProcessExecutor
from glidepath.executors.processes.warm import records
from glidepath.executors.protocol import Attempt, Failed, Report
from glidepath.idl import core, phases


def make_attempt(root: Path, name: str, args: Sequence[str] = (), **changes: object) -> Attempt:
    task = core.TaskTemplate(type="python-task", container=core.Container(image="img:v1", args=args))
    task.id.CopyFrom(core.Identifier(project="p", domain="d", name="m.t", version="v1"))
    facts: dict[str, object] = {
        "name": name,
        "execution": core.WorkflowExecutionIdentifier(project="p", domain="d", name="e1"),
        "node_id": "n0",
        "retry_attempt": 0,
        "task": task,
        "inputs": core.LiteralMap(),
        "input_uri": f"{root}/in/inputs.pb",
        "output_prefix": f"{root}/out/{name}",
        "raw_output_prefix": f"{root}/raw/{name}",
        "checkpoint_prefix": f"{root}/raw/{name}/_flytecheckpoints",
        "workflow": core.Identifier(project="p", domain="d", name="m.wf", version="v1"),
    }
    return Attempt(**{**facts, **changes})  # type: ignore[arg-type]


def with_resources(attempt: Attempt, **limits: str) -> Attempt:
    names = {"cpu": core.Resources.CPU, "mem": core.Resources.MEMORY, "gpu": core.Resources.GPU}
    for name, value in limits.items():
        entry = core.Resources.ResourceEntry(name=names[name], value=value)
        attempt.task.container.resources.limits.append(entry)
    return attempt


def with_output(attempt: Attempt, name: str = "o0") -> Attempt:
    attempt.task.interface.outputs.variables[name].type.simple = core.SimpleType.INTEGER
    return attempt


class Reports:
    """A listener that keeps reports by name."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._all: list[Report] = []

    def __call__(self, report: Report) -> None:
        with self._changed:
            self._all.append(report)
            self._changed.notify_all()

    def of(self, name: str) -> list[Report]:
        with self._changed:
            return [report for report in self._all if report.name == name]

    def phases_of(self, name: str) -> list[str]:
        return [core.TaskExecution.Phase.Name(report.phase) for report in self.of(name)]

    def wait_for(self, name: str, *wanted: int, seconds: float = 60) -> Report:
        with self._changed:
            self._changed.wait_for(lambda: self._found(name, wanted) is not None, seconds)
            found = self._found(name, wanted)
        assert found is not None, f"no report {wanted} of {name}, only {self.phases_of(name)}"
        return found

    def end_of(self, name: str, seconds: float = 60) -> Report:
        return self.wait_for(name, *phases.TERMINAL_TASK_PHASES, seconds=seconds)

    def _found(self, name: str, wanted: Sequence[int]) -> Report | None:
        return next((report for report in self._all if report.name == name and report.phase in wanted), None)


def python(root: Path, name: str, code: str) -> Attempt:
    return make_attempt(root, name, [sys.executable, "-c", code])


def shell(root: Path, name: str, code: str) -> Attempt:
    return make_attempt(root, name, ["sh", "-c", code])


def failure(report: Report) -> core.ExecutionError:
    assert isinstance(report.outcome, Failed), report
    return report.outcome.error


def log_of(executor: ProcessExecutor, attempt: Attempt) -> str:
    return executor.log_path(attempt.execution, attempt.name).read_text()


def eventually(check: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.02)
    return False


def gone(pid: int) -> bool:
    return not records.lives(pid, "")


def pid_in(path: Path) -> int:
    assert eventually(lambda: path.exists() and path.read_text().strip() != "")
    return int(path.read_text())


Machine = Callable[..., "tuple[ProcessExecutor, Reports]"]

"""A server that ends, one way or another, and the next one on the same root."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from executor_attempts import Machine, eventually, failure, gone, make_attempt, pid_in, shell

from glidepath.executors.processes.warm import records
from glidepath.idl import core

RUNNING = core.TaskExecution.RUNNING


def test_a_living_attempt_is_followed_to_its_end(machine: Machine, tmp_path: Path) -> None:
    first, seen = machine()
    gate = tmp_path / "gate"
    attempt = shell(tmp_path, "a", f"while ! test -e {gate}; do sleep 0.02; done; echo x >> {tmp_path}/count; exit 4")
    first.submit(attempt)
    seen.wait_for("a", RUNNING)
    first.close()
    second, reports = machine()
    second.adopt([attempt])
    reports.wait_for("a", RUNNING)
    gate.touch()
    assert "exited with code 4" in failure(reports.end_of("a")).message
    assert (tmp_path / "count").read_text() == "x\n"


def test_the_end_of_an_attempt_that_nobody_heard_of_is_reported(machine: Machine, tmp_path: Path) -> None:
    first, seen = machine()
    gate = tmp_path / "gate"
    attempt = shell(tmp_path, "a", f"while ! test -e {gate}; do sleep 0.02; done; echo last words; exit 5")
    first.submit(attempt)
    seen.wait_for("a", RUNNING)
    first.close()
    gate.touch()
    folder = first.log_path(attempt.execution, "a").parent
    assert eventually(lambda: records.read(str(folder), records.EXIT) is not None)
    second, reports = machine()
    second.adopt([attempt])
    error = failure(reports.end_of("a"))
    assert error.message == "the process exited with code 5. Its last output:\nlast words\n"
    assert seen.phases_of("a") == ["QUEUED", "RUNNING"]


def test_an_attempt_that_never_began_is_started(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.adopt([shell(tmp_path, "a", "true")])
    assert reports.end_of("a").phase == core.TaskExecution.SUCCEEDED


def test_an_attempt_that_died_with_its_parent_is_interrupted(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    attempt = make_attempt(tmp_path, "a", ["true"])
    folder = executor.log_path(attempt.execution, "a").parent
    folder.mkdir(parents=True)
    records.claim(str(folder), {"pid": 2**22 + 1, "start": "x", "parent": 2**22 + 2, "parent_start": "x"})
    executor.adopt([attempt])
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("Interrupted", core.ExecutionError.SYSTEM)


@pytest.mark.skipif(sys.platform != "linux", reason="where an attempt does not die with its parent")
@pytest.mark.parametrize("wanted", [True, False])
def test_what_an_attempt_started_ends_where_everything_else_died(machine: Machine, tmp_path: Path, wanted: bool) -> None:
    first, _ = machine()
    note = tmp_path / "pid"
    attempt = shell(tmp_path, "a", f"sleep 600 & echo $! > {note}; wait")
    first.submit(attempt)
    pid = pid_in(note)
    first.close()
    begun = records.read(str(first.log_path(attempt.execution, "a").parent), records.BEGIN)
    assert begun is not None
    os.kill(begun["parent"], signal.SIGKILL)
    assert eventually(lambda: gone(begun["pid"]))
    assert not gone(pid)
    second, reports = machine()
    if wanted:
        second.adopt([attempt])
        assert failure(reports.end_of("a")).code == "Interrupted"
    second.sweep()
    assert eventually(lambda: gone(pid))


def test_a_success_that_was_written_before_everything_died_counts(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    attempt = make_attempt(tmp_path, "a", ["true"])
    attempt.task.interface.outputs.variables["o0"].type.simple = core.SimpleType.INTEGER
    folder = executor.log_path(attempt.execution, "a").parent
    folder.mkdir(parents=True)
    records.claim(str(folder), {"pid": 2**22 + 1, "start": "x", "parent": 2**22 + 2, "parent_start": "x"})
    Path(attempt.output_prefix).mkdir(parents=True)
    (Path(attempt.output_prefix) / "outputs.pb").write_bytes(b"")
    executor.adopt([attempt])
    assert reports.end_of("a").phase == core.TaskExecution.SUCCEEDED


def test_an_adopted_attempt_can_be_aborted(machine: Machine, tmp_path: Path) -> None:
    first, _ = machine()
    note = tmp_path / "pid"
    attempt = shell(tmp_path, "a", f"trap '' TERM; echo $$ > {note}; while true; do sleep 0.05; done")
    first.submit(attempt)
    pid = pid_in(note)
    first.close()
    second, reports = machine()
    second.adopt([attempt])
    second.abort("a", "enough")
    end = reports.end_of("a")
    assert (core.TaskExecution.Phase.Name(end.phase), end.reason) == ("ABORTED", "enough")
    assert gone(pid)


def test_adopted_attempts_take_their_share_of_the_machine(machine: Machine, tmp_path: Path) -> None:
    first, seen = machine(max_running=1)
    gate = tmp_path / "gate"
    attempt = shell(tmp_path, "a", f"while ! test -e {gate}; do sleep 0.02; done")
    first.submit(attempt)
    seen.wait_for("a", RUNNING)
    first.close()
    second, reports = machine(max_running=1)
    second.adopt([attempt])
    second.submit(shell(tmp_path, "b", "true"))
    reports.wait_for("b", core.TaskExecution.WAITING_FOR_RESOURCES)
    gate.touch()
    assert reports.end_of("b").phase == core.TaskExecution.SUCCEEDED


SERVER = """
import sys, time
sys.path.insert(0, {tests!r})
from executor_attempts import Reports, shell
from glidepath.executors.processes import ProcessConfig, ProcessExecutor
from glidepath.storage import open_storage
from pathlib import Path
root = Path({root!r})
config = ProcessConfig(root=root / "processes", images={{"*": sys._base_executable}})
executor, reports = ProcessExecutor(config, open_storage()), Reports()
executor.start(reports)
for name in ("a", "b"):
    executor.submit(shell(root, name, {command!r}))
    reports.wait_for(name, 2)
print("running", flush=True)
time.sleep(600)
"""


def test_a_server_killed_by_force_loses_no_attempt(machine: Machine, tmp_path: Path) -> None:
    command = f"while ! test -e {tmp_path}/gate; do sleep 0.02; done; echo $GLIDEPATH_ATTEMPT >> {tmp_path}/count"
    program = SERVER.format(tests=str(Path(__file__).parent), root=str(tmp_path), command=command)
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == "running\n"
    server.kill()
    server.wait()
    executor, reports = machine()
    executor.adopt([shell(tmp_path, "a", command), shell(tmp_path, "b", command), shell(tmp_path, "c", command)])
    (tmp_path / "gate").touch()
    assert {reports.end_of(name).phase for name in "abc"} == {core.TaskExecution.SUCCEEDED}
    assert sorted((tmp_path / "count").read_text().split()) == ["a", "b", "c"]


def test_parents_end_when_their_server_is_gone(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    note = tmp_path / "pid"
    executor.submit(shell(tmp_path, "a", f"echo $PPID > {note}"))
    reports.end_of("a")
    parent = pid_in(note)
    assert not gone(parent)
    executor.close()
    assert eventually(lambda: gone(parent))


def test_a_second_claim_on_one_attempt_is_refused(tmp_path: Path) -> None:
    assert records.claim(str(tmp_path), {"pid": 1})
    assert not records.claim(str(tmp_path), {"pid": 2})
    assert records.read(str(tmp_path), records.BEGIN) == {"pid": 1}


def test_what_nobody_adopts_is_stopped_by_a_sweep(machine: Machine, tmp_path: Path) -> None:
    first, seen = machine()
    for name in ("wanted", "stray"):
        first.submit(shell(tmp_path, name, f"trap '' TERM; echo $$ > {tmp_path}/{name}.pid; while :; do sleep 0.05; done"))
    for name in ("wanted", "stray"):
        seen.wait_for(name, RUNNING)
        assert eventually((tmp_path / f"{name}.pid").exists)
    first.close()
    second, reports = machine()
    second.adopt([shell(tmp_path, "wanted", "true")])
    reports.wait_for("wanted", RUNNING)
    second.sweep()
    assert eventually(lambda: gone(pid_in(tmp_path / "stray.pid")))
    assert not gone(pid_in(tmp_path / "wanted.pid"))
    second.abort("wanted", "enough")
    reports.end_of("wanted")

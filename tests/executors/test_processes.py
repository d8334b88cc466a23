"""Attempts that behave badly, on real processes."""

import os
import signal
import sys
from pathlib import Path

import pytest
from executor_attempts import (
    Machine,
    eventually,
    failure,
    gone,
    log_of,
    make_attempt,
    pid_in,
    python,
    shell,
    with_output,
    with_resources,
)

from glidepath.executors.environment import Platform
from glidepath.executors.protocol import Failed
from glidepath.idl import core

RUNNING = core.TaskExecution.RUNNING


def test_a_clean_run_is_reported_step_by_step(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(log_url="http://here/logs/{project}/{domain}/{execution}/{node}/{attempt}/{name}")
    attempt = shell(tmp_path, "a", "echo hello; echo trouble >&2")
    executor.submit(attempt)
    end = reports.end_of("a")
    assert reports.phases_of("a") == ["QUEUED", "RUNNING", "SUCCEEDED"]
    assert log_of(executor, attempt) == "hello\ntrouble\n"
    assert [log.uri for log in end.logs] == ["http://here/logs/p/d/e1/n0/0/a"]
    assert eventually(lambda: not (executor.log_path(attempt.execution, "a").parent / "work").exists())


def test_the_environment_of_an_attempt(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(platform=Platform(env={"EXTRA": "1"}), base_env={"PATH": "/usr/bin:/bin", "HOME": "/h"})
    attempt = shell(tmp_path, "a", "env; pwd; cat; python3 -c 'import sys; print(sys.executable)'")
    executor.submit(attempt)
    reports.end_of("a")
    lines = log_of(executor, attempt).splitlines()
    work = executor.log_path(attempt.execution, "a").parent / "work"
    assert {"EXTRA=1", "HOME=/h", "FLYTE_INTERNAL_EXECUTION_ID=e1", str(work)} <= set(lines)
    assert f"PATH={Path(sys._base_executable).parent}:/usr/bin:/bin" in lines


def test_a_bad_exit_code_tells_the_last_output(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(shell(tmp_path, "a", "echo bad luck; exit 3"))
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("Error", core.ExecutionError.USER)
    assert error.message == "the process exited with code 3. Its last output:\nbad luck\n"


def test_a_clean_exit_without_outputs(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(with_output(shell(tmp_path, "a", "true")))
    assert failure(reports.end_of("a")).code == "OutputsNotFound"


def test_outputs_are_read(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    outputs = core.LiteralMap()
    outputs.literals["o0"].scalar.primitive.integer = 7
    (tmp_path / "ready.pb").write_bytes(outputs.SerializeToString())
    command = f"mkdir -p {{{{.outputPrefix}}}} && cp {tmp_path}/ready.pb {{{{.outputPrefix}}}}/outputs.pb"
    executor.submit(with_output(shell(tmp_path, "a", command)))
    outcome = reports.end_of("a").outcome
    assert not isinstance(outcome, Failed | None)
    assert outcome.outputs == outputs


def test_a_program_that_does_not_exist(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(make_attempt(tmp_path, "a", ["no-such-program", "x"]))
    error = failure(reports.end_of("a"))
    assert error.code == "Error"
    assert "code 127" in error.message
    assert "cannot run 'no-such-program': No such file or directory" in error.message


def test_a_task_without_a_command(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(make_attempt(tmp_path, "a", []))
    end = reports.end_of("a")
    assert failure(end).code == "BadTaskFormat"
    assert "neither a command nor arguments" in end.reason
    assert reports.phases_of("a") == ["FAILED"]


def test_killed_from_outside(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(shell(tmp_path, "a", "kill -9 $$"))
    end = reports.end_of("a")
    assert (failure(end).code, failure(end).kind) == ("Interrupted", core.ExecutionError.SYSTEM)


def test_a_segmentation_fault(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(python(tmp_path, "a", "import ctypes; ctypes.string_at(0)"))
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("Error", core.ExecutionError.USER)
    assert "signal 11 (SIGSEGV)" in error.message


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched through /proc")
def test_more_memory_than_the_limit(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    hog = python(tmp_path, "a", "import time\nkeep = [bytearray(1 << 20) for _ in range(300)]\ntime.sleep(60)")
    executor.submit(with_resources(hog, mem="100Mi"))
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("OOMKilled", core.ExecutionError.USER)
    assert "memory limit of 100 MiB" in error.message


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched through /proc")
def test_memory_of_child_processes_counts(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    child = "keep = bytearray(b'x') * (60 << 20); import time; time.sleep(60)"
    hog = python(
        tmp_path,
        "a",
        f'import subprocess, sys\nfor p in [subprocess.Popen([sys.executable, "-c", "{child}"]) for _ in "ab"]: p.wait()',
    )
    executor.submit(with_resources(hog, mem="100Mi"))
    assert failure(reports.end_of("a")).code == "OOMKilled"


def test_gigabytes_of_output_are_cut(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(log_limit_bytes=1 << 16)
    attempt = shell(tmp_path, "a", "head -c 300000000 /dev/zero; echo done")
    executor.submit(attempt)
    assert reports.end_of("a").phase == core.TaskExecution.SUCCEEDED
    size = executor.log_path(attempt.execution, "a").stat().st_size
    assert (1 << 16) < size < (1 << 16) + 5000
    assert log_of(executor, attempt).endswith("done\n")


def test_abort_stops_a_task_that_never_ends(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(grace_seconds=30)
    executor.submit(shell(tmp_path, "a", "trap 'echo asked; exit 0' TERM; while true; do sleep 0.05; done"))
    reports.wait_for("a", RUNNING)
    executor.abort("a", "enough")
    executor.abort("a", "again")
    end = reports.end_of("a")
    assert (core.TaskExecution.Phase.Name(end.phase), end.reason) == ("ABORTED", "enough")


def test_abort_kills_what_ignores_sigterm(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    note = tmp_path / "pid"
    ignore = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    executor.submit(python(tmp_path, "a", f"{ignore}; open('{note}', 'w').write(str(os.getpid())); time.sleep(600)"))
    pid = pid_in(note)
    executor.abort("a", "enough")
    assert reports.end_of("a").phase == core.TaskExecution.ABORTED
    assert gone(pid)


def test_abort_takes_grandchildren_along(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    note = tmp_path / "pid"
    executor.submit(shell(tmp_path, "a", f"(trap '' TERM; echo $$; sleep 600) & sleep 600 & echo $! > {note}; wait"))
    pid = pid_in(note)
    executor.abort("a", "enough")
    reports.end_of("a")
    assert eventually(lambda: gone(pid))


def test_grandchildren_do_not_outlive_their_attempt(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    note = tmp_path / "pid"
    executor.submit(shell(tmp_path, "a", f"sleep 600 & echo $! > {note}; echo bye"))
    assert reports.end_of("a").phase == core.TaskExecution.SUCCEEDED
    assert eventually(lambda: gone(pid_in(note)))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a child subreaper")
def test_a_daemon_in_a_session_of_its_own_does_not_outlive_its_attempt(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    note = tmp_path / "pid"
    executor.submit(
        shell(tmp_path, "a", f"setsid sh -c 'echo $$ > {note}; exec sleep 600' & while ! test -s {note}; do sleep 0.02; done")
    )
    assert reports.end_of("a").phase == core.TaskExecution.SUCCEEDED
    assert eventually(lambda: gone(pid_in(note)))


def test_abort_of_one_that_waits(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(max_running=1)
    executor.submit(shell(tmp_path, "a", "sleep 600"))
    executor.submit(shell(tmp_path, "b", "true"))
    waiting = reports.wait_for("b", core.TaskExecution.WAITING_FOR_RESOURCES)
    assert waiting.reason == "waiting for a free slot; attempts running: 1"
    executor.abort("b", "never mind")
    assert reports.end_of("b").phase == core.TaskExecution.ABORTED
    executor.abort("a", "never mind")
    reports.end_of("a")
    assert reports.phases_of("b") == ["QUEUED", "WAITING_FOR_RESOURCES", "ABORTED"]


def test_abort_of_an_unknown_name_ends_it(machine: Machine) -> None:
    executor, reports = machine()
    executor.abort("nobody", "gone")
    assert reports.end_of("nobody").phase == core.TaskExecution.ABORTED


def test_waits_for_cpus_and_then_runs(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(cpus=2.0)
    gate = tmp_path / "gate"
    executor.submit(with_resources(shell(tmp_path, "a", f"while ! test -e {gate}; do sleep 0.02; done"), cpu="2"))
    executor.submit(with_resources(shell(tmp_path, "b", "true"), cpu="1"))
    waiting = reports.wait_for("b", core.TaskExecution.WAITING_FOR_RESOURCES)
    assert waiting.reason.startswith("waiting for 1 cpu, 128 MiB; free: 0 cpu")
    gate.touch()
    reports.end_of("b")
    assert reports.phases_of("b") == ["QUEUED", "WAITING_FOR_RESOURCES", "RUNNING", "SUCCEEDED"]


def test_more_than_the_machine_has_fails_at_once(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(cpus=2.0, memory_bytes=2**30)
    executor.submit(with_resources(shell(tmp_path, "a", "true"), cpu="64", gpu="1"))
    end = reports.end_of("a")
    assert isinstance(end.outcome, Failed)
    assert (end.outcome.error.code, end.outcome.recoverable) == ("ResourceRequestsExceedLimits", False)
    assert "asks for 64 cpu, 128 MiB, 1 gpu, and this machine has 2 cpu, 1024 MiB in all" in end.reason


def test_submitting_twice_runs_once(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    attempt = shell(tmp_path, "a", f"echo x >> {tmp_path}/count; sleep 0.1")
    executor.submit(attempt)
    executor.submit(attempt)
    reports.end_of("a")
    executor.submit(attempt)
    assert eventually(lambda: reports.phases_of("a").count("SUCCEEDED") == 2)
    assert (tmp_path / "count").read_text() == "x\n"


def test_an_unknown_image_runs_in_the_servers_own_python(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(images={"other/*": "/no/such/python"})
    attempt = shell(tmp_path, "a", 'python -c "import sys; print(sys.executable)"')
    executor.submit(attempt)
    reports.end_of("a")
    assert log_of(executor, attempt).strip() == sys.executable


def test_an_image_whose_python_is_missing_fails_with_its_path(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(images={"img:*": "/no/such/python"})
    executor.submit(shell(tmp_path, "a", "true"))
    end = reports.end_of("a")
    assert isinstance(end.outcome, Failed)
    assert (end.outcome.error.code, end.outcome.recoverable) == ("EnvironmentUnusable", False)
    assert "image img:v1, /no/such/python, does not start:\nNo such file or directory" in end.reason


def test_a_python_that_dies_at_start_tells_its_last_words(machine: Machine, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho this is no python\nexit 1\n")
    broken.chmod(0o755)
    executor, reports = machine(images={"*": str(broken)})
    executor.submit(shell(tmp_path, "a", "true"))
    assert "this is no python" in failure(reports.end_of("a")).message


def test_a_missing_secret_fails_by_name(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    attempt = shell(tmp_path, "a", "true")
    attempt.task.security_context.secrets.add(group="db", key="password")
    executor.submit(attempt)
    end = reports.end_of("a")
    assert failure(end).code == "MissingSecret"
    assert "no secret 'password' in group 'db'" in end.reason


def test_a_parent_killed_by_force_interrupts_its_attempts(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    note = tmp_path / "pids"
    executor.submit(shell(tmp_path, "a", f"echo $PPID $$ > {note}.part; mv {note}.part {note}; sleep 600"))
    assert eventually(note.exists)
    parent, pid = map(int, note.read_text().split())
    os.kill(parent, signal.SIGKILL)
    end = reports.end_of("a")
    assert (failure(end).code, failure(end).kind) == ("Interrupted", core.ExecutionError.SYSTEM)
    assert gone(pid)
    executor.submit(shell(tmp_path, "b", "true"))
    assert reports.end_of("b").phase == core.TaskExecution.SUCCEEDED


def test_a_full_disk_is_the_systems_fault(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    (tmp_path / "processes" / "attempts").mkdir(parents=True, exist_ok=True)
    (tmp_path / "processes" / "attempts" / "p-d-e1").write_text("in the way, as a full disk would be")
    executor.submit(shell(tmp_path, "a", "true"))
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("AttemptFolder", core.ExecutionError.SYSTEM)


def test_many_side_by_side(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    for number in range(60):
        executor.submit(shell(tmp_path, f"a{number}", "true"))
    ends = {reports.end_of(f"a{number}").phase for number in range(60)}
    assert ends == {core.TaskExecution.SUCCEEDED}

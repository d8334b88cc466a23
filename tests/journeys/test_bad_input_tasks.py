"""Tasks that end badly or not at all, as whoever launched them sees it with ``pyflyte run --remote --wait`` and ``flytectl``.

Below, tested elsewhere: verdicts on every way to end, limits, log cuts and aborts of processes (``tests/executors``), retries
and timeouts (``tests/engine``), error documents (``tests/runtime/test_error_documents.py``), local runs
(``test_bad_input_code.py``).
"""

import os
import re
import time
import urllib.request
from pathlib import Path

import pytest
from bad_input import SCOPE, fails, no_frame_of_ours, unharmed

pytestmark = pytest.mark.slow
SOURCE = str(Path(__file__).parent / "sources" / "bad_tasks.py")
NAME = re.compile(r"/executions/(\w+) to see")
FAILED = 255
"""The exit code of stock's ``pyflyte run --remote --wait`` for an execution that did not succeed."""
LOG_BYTES = 64 * 1024 * 1024


@pytest.fixture(autouse=True)
def healthy(embedded_server):
    with unharmed(embedded_server):
        yield


def launched(shell, *args):
    """The name of an execution that is not waited for."""
    said = shell.run("pyflyte", "run", "--remote", SOURCE, *args)
    assert said.returncode == 0, said.stderr
    return NAME.search(said.stdout + said.stderr).group(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            ["exits_wf", "--code", "5"],
            "[1/1] currentAttempt done. Last Error: USER::the process exited with code 5 and printed nothing",
        ),
        (["exits_wf", "--code", "0"], "the task ended without writing its outputs (o0) to "),
        (
            ["vanishes_wf", "--code", "3"],
            "[1/1] currentAttempt done. Last Error: USER::the process exited with code 3 and printed nothing",
        ),
        (
            ["killed_wf"],
            "[4/4] currentAttempt done. Last Error: SYSTEM::"
            "the process was killed (SIGKILL) by something other than Glidepath\n"
            "  try: look in the machine's log (dmesg) whether it ran out of memory",
        ),
        (
            ["hungry_wf"],
            "USER::the task used more than its memory limit of 128 MiB and was killed\n"
            '  try: ask for more, @task(requests=Resources(mem="…"), limits=Resources(mem="…")), or use less',
        ),
        (["slow_wf"], "[1/1] currentAttempt done. Last Error: USER::task execution timeout [1s] expired"),
        (
            ["wrong_wf"],
            "FlyteNonRecoverableSystemException: output 'o0' cannot be converted: "
            "expected a value of type int, got 'text' of type str",
        ),
    ],
    ids=["sys.exit", "sys.exit(0)", "os._exit", "killed", "memory", "timeout", "wrong output"],
)
def test_an_end_without_an_exception_is_told_once(connected, call, message):
    done = connected.run("pyflyte", "run", "--remote", "--wait", SOURCE, *call)
    said = done.stdout + done.stderr
    assert done.returncode == FAILED, said
    assert said.count(message) == 1
    assert "did not complete successfully, phase FAILED" in said
    assert "Traceback" not in said


def test_an_exception_is_shown_with_the_users_line_only(connected):
    done = connected.run("pyflyte", "run", "--remote", "--wait", SOURCE, "raises_wf", "--n", "1")
    said = done.stdout + done.stderr
    assert done.returncode == FAILED
    assert said.count("Traceback") == 1 and no_frame_of_ours(said)
    assert re.search(r'File ".*/bad_tasks.py", line 14, in raises\n +return \{"a": n\}\["b"\]\n', said)
    assert said.count("Message:\n\n    KeyError: 'b'") == 1
    details = connected.ok("flytectl", "get", "execution", NAME.search(said).group(1), "--details", *SCOPE)
    assert "├── Error - USER:RuntimeError" in details and "KeyError: 'b'" in details


def test_a_log_is_cut_in_the_middle_and_says_so(connected, embedded_server):
    said = connected.run("pyflyte", "run", "--remote", "--wait", SOURCE, "prints_wf", "--mib", "128")
    assert said.returncode == 0, said.stderr
    name = NAME.search(said.stdout + said.stderr).group(1)
    details = connected.ok("flytectl", "get", "execution", name, "--details", *SCOPE)
    with urllib.request.urlopen(re.search(r"URI :(http://\S+)", details).group(1), timeout=60) as answer:
        lines = answer.read().splitlines()
    assert (lines[0], lines[-1]) == (b"the first line", b"the last line")
    told = [line for line in lines if b"x" not in line[:1] and b"cut here" in line]
    assert len(told) == 1 and told[0].endswith(f" bytes cut here; a log holds {LOG_BYTES} bytes]".encode())
    kept = embedded_server.home.rglob(f"*{name}*/**/log.txt")
    assert [path.stat().st_size <= LOG_BYTES + 1024 * 1024 for path in kept] == [True]


def until(found, seconds=30.0):
    """What ``found`` gives, once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] != b"Z" if Path("/proc").is_dir() else True


def test_what_never_ends_is_terminated_even_if_it_ignores_sigterm(connected):
    """Both at once: the deaf one is given some seconds to end by itself."""
    files = {kind: connected.folder / f"{kind}.pid" for kind in ("deaf", "endless")}
    names = {kind: launched(connected, f"{kind}_wf", "--pid_file", str(path)) for kind, path in files.items()}
    pids = {kind: int(until(lambda path=path: path.exists() and path.read_text())) for kind, path in files.items()}
    for name in names.values():
        connected.ok("flytectl", "delete", "execution", name, *SCOPE)
    for kind, name in names.items():
        until(lambda name=name: f"{name} - ABORTED" in connected.ok("flytectl", "get", "execution", name, "--details", *SCOPE))
        until(lambda pid=pids[kind]: not lives(pid))
    said = fails(connected, "flytectl", "delete", "execution", names["deaf"], *SCOPE)
    assert said.startswith("Error: Cannot abort an already terminated workflow execution\n")


def test_an_execution_without_outputs_shows_its_details(connected):
    """The end node has written nothing: nobody may look for it."""
    done = connected.run("pyflyte", "run", "--remote", "--wait", SOURCE, "nothing_wf")
    assert done.returncode == 0, done.stderr
    name = NAME.search(done.stdout + done.stderr).group(1)
    shown = connected.ok("flytectl", "get", "execution", name, "--details", *SCOPE)
    assert shown.startswith(f"{name} - SUCCEEDED\n") and "\n└── end-node - SUCCEEDED" in shown

"""Real tasks through warm parents: our own SDK, and stock flytekit in its own environment."""

import hashlib
import io
import os
import sys
import tarfile
from pathlib import Path

import pytest
from executor_attempts import Machine, Reports, eventually, failure, log_of, make_attempt, with_output

from glidepath.executors.processes import ProcessExecutor
from glidepath.executors.protocol import Attempt, Failed, Report, Succeeded
from glidepath.idl import core

STOCK_PYTHON = os.environ.get("GLIDEPATH_STOCK_PYTHON", "")

SOURCE = """
import os, random, sys, time
from {sdk} import current_context, task

IMPORTED = os.getpid()

@task
def double(n: int) -> int:
    print("imported here" if IMPORTED == os.getpid() else "imported ahead")
    return 2 * n

@task
def read(n: int) -> str:
    context = current_context()
    return open("data.txt").read() + context.execution_id.name + context.task_id.name

@task
def fail(n: int) -> int:
    return deeper(n)

def deeper(n):
    try:
        {{}}["key"]
    except KeyError as error:
        raise ValueError("oh no") from error

@task
def leave(n: int) -> int:
    sys.exit(3)
    return 0

@task
def crash(n: int) -> int:
    import ctypes
    ctypes.string_at(0)
    return 1

@task
def chance(n: int) -> float:
    return random.random()
"""

RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"


class Code:
    """A bundle of one module, its archive, and attempts that run tasks of it."""

    def __init__(self, root: Path, source: str) -> None:
        self._root = root
        draft = io.BytesIO()
        with tarfile.open(fileobj=draft, mode="w:gz") as tar:
            for name, text in {"flow.py": source, "data.txt": "from the bundle, "}.items():
                info = tarfile.TarInfo(name)
                info.size = len(text.encode())
                tar.addfile(info, io.BytesIO(text.encode()))
        self.uri = f"{root}/code/fast{hashlib.md5(source.encode()).hexdigest()}.tar.gz"
        Path(self.uri).parent.mkdir(parents=True, exist_ok=True)
        Path(self.uri).write_bytes(draft.getvalue())

    def attempt(self, name: str, task: str, n: int = 4, *flags: str) -> Attempt:
        execute = ["pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"]
        execute += ["--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--prev-checkpoint", "{{.prevCheckpointPrefix}}"]
        execute += ["--checkpoint-path", "{{.checkpointOutputPrefix}}", *flags, "--resolver", RESOLVER]
        fast = ["pyflyte-fast-execute", "--additional-distribution", self.uri, "--dest-dir", "."]
        args = [*fast, "--", *execute, "--", "task-module", "flow", "task-name", task]
        inputs = core.LiteralMap()
        inputs.literals["n"].scalar.primitive.integer = n
        uri = f"{self._root}/in/{name}/inputs.pb"
        Path(uri).parent.mkdir(parents=True)
        Path(uri).write_bytes(inputs.SerializeToString())
        return with_output(make_attempt(self._root, name, args, inputs=inputs, input_uri=uri))


def output(report: Report) -> core.Primitive:
    assert isinstance(report.outcome, Succeeded), report.reason
    return report.outcome.outputs.literals["o0"].scalar.primitive


Ready = tuple[ProcessExecutor, Reports, Code]


@pytest.fixture(params=["glidepath", pytest.param("flytekit", marks=pytest.mark.slow)])
def ready(request: pytest.FixtureRequest, machine: Machine, tmp_path: Path) -> Ready:
    sdk = request.param
    if sdk == "flytekit" and not STOCK_PYTHON:
        pytest.skip("GLIDEPATH_STOCK_PYTHON names no python with stock flytekit")
    executor, reports = machine(images={"*": sys.executable if sdk == "glidepath" else STOCK_PYTHON})
    return executor, reports, Code(tmp_path, SOURCE.format(sdk=sdk))


def test_a_task_gets_inputs_and_gives_outputs(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "double"))
    assert output(reports.end_of("a")).integer == 8
    assert reports.phases_of("a") == ["QUEUED", "INITIALIZING", "RUNNING", "SUCCEEDED"]


def test_the_second_attempt_finds_its_modules_loaded(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "double"))
    reports.end_of("a")
    numbers = iter(range(1000))

    def next_is_warm() -> bool:
        attempt = code.attempt(f"b{(number := next(numbers))}", "double")
        executor.submit(attempt)
        assert output(reports.end_of(f"b{number}")).integer == 8
        return log_of(executor, attempt).endswith("imported ahead\n")

    assert eventually(next_is_warm, 60)


def test_attempts_that_waited_for_modules_which_do_not_load_ahead_run_all_the_same(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine(images={"*": sys.executable})
    source = (
        SOURCE.format(sdk="glidepath") + "if 'GLIDEPATH_ATTEMPT' not in os.environ:\n    time.sleep(0.5)\n    raise ValueError"
    )
    code = Code(tmp_path, source)
    executor.submit(code.attempt("first", "double"))
    reports.end_of("first")
    executor.submit(code.attempt("waiting", "double"))
    assert output(reports.end_of("waiting")).integer == 8


def test_a_task_reads_files_of_its_bundle_and_knows_its_ids(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "read"))
    assert output(reports.end_of("a")).string_value == "from the bundle, e1m.t"


def test_a_raised_exception_arrives_with_its_traceback(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "fail"))
    end = reports.end_of("a")
    error = failure(end)
    assert isinstance(end.outcome, Failed)
    assert (error.code, error.kind, end.outcome.recoverable) == ("USER:RuntimeError", core.ExecutionError.USER, False)
    assert "KeyError: 'key'" in error.message
    assert "in deeper" in error.message
    assert error.message.rstrip().endswith("ValueError: oh no")


def test_sys_exit_is_an_error_of_the_user(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "leave"))
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("Error", core.ExecutionError.USER)
    assert "exited with code 3" in error.message


def test_a_crash_of_the_interpreter_does_not_harm_the_parent(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "crash"))
    assert "SIGSEGV" in failure(reports.end_of("a")).message
    executor.submit(code.attempt("b", "double"))
    assert output(reports.end_of("b")).integer == 8


def test_a_task_that_the_module_does_not_have(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "nope"))
    error = failure(reports.end_of("a"))
    assert error.kind == core.ExecutionError.USER
    assert "nope" in error.message


def test_wrong_arguments_are_told(ready: Ready) -> None:
    executor, reports, code = ready
    executor.submit(code.attempt("a", "double", 1, "--bogus"))
    error = failure(reports.end_of("a"))
    assert error.code == "Error"
    assert "exited with code 2" in error.message
    assert "--bogus" in error.message


def test_attempts_draw_different_random_numbers(ready: Ready) -> None:
    executor, reports, code = ready
    drawn = set()
    for number in range(6):
        executor.submit(code.attempt(f"a{number}", "chance"))
        drawn.add(output(reports.end_of(f"a{number}")).float_value)
    assert len(drawn) == 6


def test_a_missing_archive_fails_with_its_name(ready: Ready) -> None:
    executor, reports, code = ready
    Path(code.uri).unlink()
    executor.submit(code.attempt("a", "double"))
    error = failure(reports.end_of("a"))
    assert error.code == "BadCodeArchive"
    assert code.uri in error.message


def test_a_broken_archive_fails_with_its_fault(ready: Ready) -> None:
    executor, reports, code = ready
    Path(code.uri).write_bytes(b"no archive")
    executor.submit(code.attempt("a", "double"))
    error = failure(reports.end_of("a"))
    assert (error.code, error.kind) == ("BadCodeArchive", core.ExecutionError.USER)
    assert "corrupt" in error.message

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from runtime_attempts import Workbench

from glidepath.idl import core
from glidepath.runtime.entrypoint import main

SOURCE = """
import asyncio, os, sys, threading
from glidepath import current_context, task
from glidepath.errors import FlyteRecoverableException, IgnoreOutputs

@task
def double(n: int) -> int:
    return 2 * n

@task
async def later(n: int) -> int:
    await asyncio.sleep(0)
    return n

@task
def nothing(n: int):
    pass

@task
def default(n: int, m: int = 5) -> int:
    return n + m

@task
def fail(n: int) -> int:
    return helper(n)

def helper(n):
    raise ValueError("oh no")

@task
def again(n: int) -> int:
    raise FlyteRecoverableException("try once more")

@task
def wrong(n: int) -> int:
    return "text"

@task
def silent(n: int) -> int:
    raise IgnoreOutputs("another worker writes")

@task
def leave(n: int) -> int:
    sys.exit(3)
    return 0

@task
def ids(n: int) -> str:
    context = current_context()
    found = []
    thread = threading.Thread(target=lambda: found.append(current_context().execution_id.name))
    thread.start()
    thread.join()
    return ":".join([context.execution_id.project, context.task_id.name, context.task_id.version, *found])

@task
def keep(n: int) -> str:
    checkpoint = current_context().checkpoint
    before = checkpoint.read()
    checkpoint.write(b"step %d" % n)
    return str(before)

@task
def many(n: int) -> list[str]:
    return ["x" * 1000] * (1100 * n)

not_a_task = 3
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    return Workbench(tmp_path, monkeypatch, SOURCE)


def primitive(bench: Workbench) -> core.Primitive:
    return bench.outputs().literals["o0"].scalar.primitive


@pytest.mark.parametrize(("task", "result"), [("double", 8), ("later", 4), ("default", 9)])
def test_writes_outputs(bench: Workbench, task: str, result: int) -> None:
    assert bench.run(task, n=4) == 0
    assert primitive(bench).integer == result
    assert bench.written() == {"outputs.pb"}


def test_a_task_without_outputs_writes_an_empty_map(bench: Workbench) -> None:
    assert bench.run("nothing", n=1) == 0
    assert bench.outputs() == core.LiteralMap()


def test_an_exception_becomes_an_error_document_and_exit_code_0(bench: Workbench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run("fail", n=1) == 0
    error = bench.error()
    assert (error.code, error.kind) == ("USER:RuntimeError", core.ContainerError.NON_RECOVERABLE)
    assert "in fail" in error.message
    assert "in helper" in error.message
    assert "glidepath" not in error.message.replace(str(bench.root), "")
    assert error.message.endswith("ValueError: oh no")
    assert bench.written() == {"error.pb"}
    assert "ValueError: oh no" in capsys.readouterr().err


def test_the_platform_may_ask_for_a_failing_exit_code(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_FAIL_ON_ERROR", "true")
    assert bench.run("fail", n=1) == 1


def test_a_recoverable_failure(bench: Workbench) -> None:
    bench.run("again", n=1)
    assert (bench.error().code, bench.error().kind) == ("USER:Recoverable", core.ContainerError.RECOVERABLE)


def test_a_value_of_another_type_than_declared(bench: Workbench) -> None:
    bench.run("wrong", n=1)
    error = bench.error()
    assert (error.code, error.kind, error.origin) == (
        "SYSTEM",
        core.ContainerError.NON_RECOVERABLE,
        core.ExecutionError.SYSTEM,
    )
    assert "output 'o0' cannot be converted" in error.message


def test_ignored_outputs_write_nothing(bench: Workbench) -> None:
    assert bench.run("silent", n=1) == 0
    assert bench.written() == set()


def test_sys_exit_ends_the_program_with_its_code(bench: Workbench) -> None:
    with pytest.raises(SystemExit) as end:
        bench.run("leave", n=1)
    assert end.value.code == 3
    assert bench.written() == set()


def test_a_missing_input_names_the_argument(bench: Workbench) -> None:
    bench.run("double")
    assert "missing 1 required positional argument: 'n'" in bench.error().message


def test_a_missing_input_file_is_the_systems_fault_and_may_be_tried_again(bench: Workbench) -> None:
    argv = bench.argv("double", n=1)
    (bench.root / "inputs.pb").unlink()
    main(argv)
    assert (bench.error().code, bench.error().kind) == ("SYSTEM", core.ContainerError.RECOVERABLE)
    assert "inputs.pb" in bench.error().message


def test_a_task_that_is_not_there(bench: Workbench) -> None:
    bench.run("missing", n=1)
    assert bench.error().origin == core.ExecutionError.USER
    assert "has no task missing" in bench.error().message


def test_a_name_that_is_no_task(bench: Workbench) -> None:
    bench.run("not_a_task", n=1)
    assert bench.error().origin == core.ExecutionError.USER
    assert "which is no task of Glidepath" in bench.error().message


def test_a_module_that_does_not_import_shows_the_users_line(bench: Workbench) -> None:
    (bench.root / f"{bench.module}.py").write_text("import no_such_package\n")
    bench.run("double", n=1)
    assert bench.error().origin == core.ExecutionError.USER
    assert "line 1, in <module>\n        import no_such_package" in bench.error().message
    assert "ModuleNotFoundError: No module named 'no_such_package'" in bench.error().message
    assert "importlib" not in bench.error().message


def test_the_context_knows_the_ids_also_in_threads(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_PROJECT", "p")
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_ID", "e1")
    monkeypatch.setenv("_F_TK_NM", "m.t")
    monkeypatch.setenv("FLYTE_INTERNAL_TASK_VERSION", "v1")
    bench.run("ids", n=1)
    assert primitive(bench).string_value == "p:m.t:v1:e1"


def test_checkpoints_go_from_attempt_to_attempt(bench: Workbench) -> None:
    bench.run("keep", "--checkpoint-path", f"{bench.root}/c0", "--prev-checkpoint", '""', n=1)
    assert primitive(bench).string_value == "None"
    bench.run("keep", "--checkpoint-path", f"{bench.root}/c1", "--prev-checkpoint", f"{bench.root}/c0", n=2)
    assert primitive(bench).string_value == "b'step 1'"


def test_big_outputs_are_offloaded_when_the_platform_asks(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_F_L_MIN_SIZE_MB", "1")
    bench.run("many", n=2)
    assert bench.written() == {"outputs.pb", "o0_offloaded_metadata.pb"}
    assert bench.outputs().literals["o0"].offloaded_metadata.size_bytes > 2_000_000


def test_distributed_workers_keep_their_errors_apart(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_INTERNAL_DIST_ERROR_STRATEGY", "earliest")
    bench.run("fail", n=1)
    bench.run("fail", n=1)
    assert len([name for name in bench.written() if name.startswith("error-")]) == 2


def test_fast_execute_fetches_code_and_runs_in_the_same_process(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "")
    source = tmp_path / "elsewhere.py"
    source.write_text("import os\nfrom glidepath import task\n@task\ndef where(n: int) -> int:\n    return os.getpid()\n")
    with tarfile.open(tmp_path / "code.tar.gz", "w:gz") as tar:
        tar.add(source, f"packed_{bench.module}.py")
    inner = bench.argv("where", n=1)
    inner[inner.index(bench.module)] = f"packed_{bench.module}"
    fast = [
        "pyflyte-fast-execute",
        "--additional-distribution",
        str(tmp_path / "code.tar.gz"),
        "--dest-dir",
        str(tmp_path / "x"),
    ]

    assert main([*fast, "--", *inner]) == 0
    assert primitive(bench).integer == os.getpid()
    assert os.environ["PYTHONPATH"] == str(tmp_path / "x")


def test_fast_execute_runs_any_other_program(tmp_path: Path) -> None:
    program = "import sys; from glidepath.runtime.entrypoint import main; main(sys.argv[1:])"
    argv = ["pyflyte-fast-execute", "--dest-dir", str(tmp_path), "--", "sh", "-c", "echo $PYTHONPATH"]
    done = subprocess.run([sys.executable, "-c", program, *argv], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.startswith(str(tmp_path))


def test_a_script_that_imports_flytekit_runs(bench: Workbench) -> None:
    source = "from flytekit import task\n\n@task\ndef double(n: int) -> int:\n    return 2 * n\n"
    (bench.root / f"{bench.module}.py").write_text(source)
    program = f"import sys; from glidepath.runtime.entrypoint import main; sys.exit(main({bench.argv('double', n=4)!r}))"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=bench.root)
    assert primitive(bench).integer == 8

"""Items of a map through warm parents."""

import io
import itertools
import os
import sys
import tarfile
from pathlib import Path

import pytest
from executor_attempts import Machine, eventually, log_of, make_attempt, with_output

from glidepath.executors.protocol import Attempt, Succeeded
from glidepath.idl import core

pytestmark = pytest.mark.slow
STOCK_PYTHON = os.environ.get("GLIDEPATH_STOCK_PYTHON", "")

SOURCE = """
import os
from {sdk} import task

IMPORTED = os.getpid()

@task
def double(n: int) -> int:
    print("imported here" if IMPORTED == os.getpid() else f"imported by {{IMPORTED}}")
    return 2 * n
"""
DEFAULT = "flytekit.core.python_auto_container.default_task_resolver"
RESOLVER = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"


def archive(root: Path, sdk: str) -> str:
    source = SOURCE.format(sdk=sdk).encode()
    with tarfile.open(root / "fastcode.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("flow.py")
        info.size = len(source)
        tar.addfile(info, io.BytesIO(source))
    return str(root / "fastcode.tar.gz")


def item(root: Path, code: str, index: int) -> Attempt:
    fast = ["pyflyte-fast-execute", "--additional-distribution", code, "--dest-dir", ".", "--"]
    places = ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"]
    places += ["--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}"]
    program = ["pyflyte-map-execute", *places, "--prev-checkpoint", "{{.prevCheckpointPrefix}}", "--resolver", RESOLVER]
    inner = ["vars", "", "resolver", DEFAULT, "task-module", "flow", "task-name", "double"]
    env = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": str(index)}
    return with_output(make_attempt(root, f"e1-n0-0-n{index}-0", [*fast, *program, "--", *inner], env=env))


@pytest.mark.parametrize("sdk", ["glidepath", "flytekit"])
def test_items_of_a_map_run_in_processes_that_share_their_parent(sdk: str, machine: Machine, tmp_path: Path) -> None:
    if sdk == "flytekit" and not STOCK_PYTHON:
        pytest.skip("GLIDEPATH_STOCK_PYTHON names no python with stock flytekit")
    executor, reports = machine(images={"*": sys.executable if sdk == "glidepath" else STOCK_PYTHON})
    inputs = core.LiteralMap()
    for value in range(1000):
        inputs.literals["n"].collection.literals.add().scalar.primitive.integer = value
    (tmp_path / "in").mkdir()
    (tmp_path / "in/inputs.pb").write_bytes(inputs.SerializeToString())
    code, numbers, loaded = archive(tmp_path, sdk), itertools.count(), []

    def next_two_are_warm() -> bool:
        index = next(numbers)
        attempt = item(tmp_path, code, index)
        executor.submit(attempt)
        outcome = reports.end_of(attempt.name).outcome
        assert isinstance(outcome, Succeeded), outcome
        assert outcome.outputs.literals["o0"].scalar.primitive.integer == 2 * index
        loaded.append(log_of(executor, attempt).splitlines()[-1])
        return len(loaded) > 1 and loaded[-1].startswith("imported by ") and loaded[-1] == loaded[-2]

    assert eventually(next_two_are_warm, 60)

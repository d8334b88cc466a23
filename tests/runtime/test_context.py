import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from glidepath.errors import FlyteAssertion
from glidepath.runtime.context import ExecutionParameters, current_context, local_parameters, running


def parameters(**attributes: object) -> ExecutionParameters:
    base = local_parameters()
    return ExecutionParameters(base.execution_id, base.task_id, base.execution_date, "/w", "/raw", attributes=attributes)


def test_outside_of_a_task_it_is_local() -> None:
    context = current_context()
    assert (context.execution_id.project, context.execution_id.domain, context.execution_id.name) == ("local",) * 3
    assert context.task_id.name == "local"


def test_a_running_task_finds_its_own_also_in_coroutines_and_threads() -> None:
    mine = parameters()
    found = []

    async def coroutine() -> ExecutionParameters:
        return current_context()

    with running(mine):
        thread = threading.Thread(target=lambda: found.append(current_context()))
        thread.start()
        thread.join()
        assert current_context() is asyncio.run(coroutine()) is found[0] is mine
    assert current_context() is not mine


def test_tasks_inside_tasks_come_back_to_the_outer_one() -> None:
    outer, inner = parameters(), parameters()
    with running(outer):
        with running(inner):
            assert current_context() is inner
        assert current_context() is outer


def test_attributes_of_task_types_are_readable_by_any_case() -> None:
    mine = parameters(SPARK_SESSION="s")
    assert mine.spark_session == mine.get("SPARK_SESSION") == "s"
    assert mine.has_attr("SPARK_SESSION")
    assert mine.has_attr("working_directory")
    assert not mine.has_attr("nope")
    with pytest.raises(FlyteAssertion, match="nope is no parameter"):
        _ = mine.nope


def test_the_working_directory_appears_when_asked_for(tmp_path: Path) -> None:
    context = local_parameters(str(tmp_path / "w"))
    assert not (tmp_path / "w").exists()
    assert Path(context.working_directory).is_dir()


def test_without_a_place_there_is_no_checkpoint() -> None:
    with pytest.raises(NotImplementedError, match="no checkpoint is kept here"):
        _ = current_context().checkpoint


def test_importing_it_is_light() -> None:
    heavy = {"grpc", "flyteidl", "google.protobuf", "asyncio"}
    code = f"import sys; import glidepath.runtime.context; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

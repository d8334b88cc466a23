from pathlib import Path

import pytest

from glidepath import task
from glidepath.errors import FlyteNonRecoverableSystemException, FlyteUserRuntimeException
from glidepath.idl import core
from glidepath.runtime.context import current_context, local_parameters
from glidepath.runtime.execution import run_task
from glidepath.storage import open_storage
from glidepath.types import DataContext, FlyteFile


@task
def divide(a: int, b: int = 2) -> float:
    return a / b


@task
def named(a: int) -> str:
    return current_context().execution_id.name + current_context().raw_output_prefix


@task
def lost() -> FlyteFile:
    return "/no/such/file"  # type: ignore[return-value]  # what takes the way of a path


def run(entity: object, root: Path, **values: int) -> core.LiteralMap:
    inputs = core.LiteralMap()
    for name, value in values.items():
        inputs.literals[name].scalar.primitive.integer = value
    ctx = DataContext(open_storage(), str(root / "raw"), root / "data")
    return run_task(entity, inputs, ctx, local_parameters(str(root / "w"), "mine"))  # type: ignore[arg-type]


def test_values_in_literals_out(tmp_path: Path) -> None:
    assert run(divide, tmp_path, a=5, b=4).literals["o0"].scalar.primitive.float_value == 1.25


def test_an_absent_input_takes_its_default(tmp_path: Path) -> None:
    assert run(divide, tmp_path, a=5).literals["o0"].scalar.primitive.float_value == 2.5


def test_the_task_sees_its_parameters(tmp_path: Path) -> None:
    assert run(named, tmp_path, a=5).literals["o0"].scalar.primitive.string_value == "localmine"


def test_the_users_exception_is_the_cause(tmp_path: Path) -> None:
    with pytest.raises(FlyteUserRuntimeException, match="ZeroDivisionError: division by zero") as caught:
        run(divide, tmp_path, a=5, b=0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_output_that_does_not_fit_is_named_before_its_place_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FlyteNonRecoverableSystemException) as caught:
        run(lost, tmp_path)
    assert str(caught.value).splitlines() == [
        "output 'o0' cannot be converted: expected a file, but /no/such/file does not exist",
        f"  at: task {lost.name}",
        "  try: check the path; for a directory use FlyteDirectory",
    ]


def test_an_input_that_does_not_fit_is_named(tmp_path: Path) -> None:
    inputs = core.LiteralMap()
    inputs.literals["a"].scalar.primitive.string_value = "five"
    ctx = DataContext(open_storage(), str(tmp_path / "raw"), tmp_path / "data")
    with pytest.raises(FlyteNonRecoverableSystemException, match="input 'a' cannot be converted"):
        run_task(divide, inputs, ctx, local_parameters())

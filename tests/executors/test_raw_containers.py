"""Container tasks on this machine: files in, files out, and clear words where a program is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from executor_attempts import Machine, failure, log_of, make_attempt

from glidepath.executors.processes.programs import program_of
from glidepath.executors.protocol import Attempt
from glidepath.idl import core

pytestmark = pytest.mark.slow


def primitive(**value: object) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(**value)))


def container(
    root: Path, name: str, command: list[str], outputs: dict[str, core.LiteralType], **inputs: core.Literal
) -> Attempt:
    values = core.LiteralMap(literals=inputs)
    attempt = make_attempt(root, name, command, inputs=values, input_uri=f"{root}/in/{name}/inputs.pb")
    attempt.task.type = "raw-container"
    for output, literal_type in outputs.items():
        attempt.task.interface.outputs.variables[output].type.CopyFrom(literal_type)
    attempt.task.container.data_config.enabled = True
    attempt.task.container.data_config.input_path = f"{root}/seen/inputs"
    attempt.task.container.data_config.output_path = f"{root}/seen/outputs"
    Path(attempt.input_uri).parent.mkdir(parents=True, exist_ok=True)
    Path(attempt.input_uri).write_bytes(values.SerializeToString())
    return attempt


INTEGER = core.LiteralType(simple=core.SimpleType.INTEGER)
FILE = core.LiteralType(blob=core.BlobType(dimensionality=core.BlobType.SINGLE))


def test_command_finds_inputs_as_files_and_leaves_outputs_as_files(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    seen = tmp_path / "seen"
    script = (
        f"test $(cat {seen}/inputs/a) = 3 && grep -q '\"a\": 3' {seen}/inputs/inputs.json &&"
        f" cat {seen}/inputs/a > {seen}/outputs/f;"
        f" echo 4 > {seen}/outputs/n; echo arg {{{{.inputs.a}}}}"
    )
    attempt = container(tmp_path, "a", ["sh", "-c", script], {"n": INTEGER, "f": FILE}, a=primitive(integer=3))
    executor.submit(attempt)
    outcome = reports.end_of("a").outcome
    assert outcome.outputs.literals["n"].scalar.primitive.integer == 4
    assert Path(outcome.outputs.literals["f"].scalar.blob.uri).read_text() == "3"
    assert log_of(executor, attempt).strip() == "arg 3"


def test_attempts_at_one_time_do_not_see_each_others_files(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    seen = tmp_path / "seen"
    script = f"sleep 0.3; cat {seen}/inputs/a > {seen}/outputs/n"
    for number in range(3):
        executor.submit(container(tmp_path, f"a{number}", ["sh", "-c", script], {"n": INTEGER}, a=primitive(integer=number)))
    found = [reports.end_of(f"a{number}").outcome.outputs.literals["n"].scalar.primitive.integer for number in range(3)]
    assert found == [0, 1, 2]


def test_missing_program_fails_for_good_and_says_what_would_help(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(container(tmp_path, "a", ["no-such-program", "-x"], {}))
    report = reports.end_of("a")
    assert failure(report).code == "ProgramMissing"
    assert "'no-such-program'" in failure(report).message
    assert "kubernetes executor" in failure(report).message
    assert not report.outcome.recoverable


def test_exit_code_of_the_command_is_the_attempts(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(container(tmp_path, "a", ["sh", "-c", "echo oh no; exit 3"], {"n": INTEGER}))
    report = reports.end_of("a")
    assert "exited with code 3" in failure(report).message
    assert "oh no" in failure(report).message
    assert report.outcome.recoverable


def test_error_file_of_the_command_is_the_users_error(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    script = f"echo not today > {tmp_path}/seen/outputs/_ERROR"
    executor.submit(container(tmp_path, "a", ["sh", "-c", script], {"n": INTEGER}))
    report = reports.end_of("a")
    assert failure(report).code == "OutputUploadFailed"
    assert failure(report).message.strip() == "User Error: not today"


def test_output_that_is_not_there_is_named(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    executor.submit(container(tmp_path, "a", ["true"], {"n": INTEGER}))
    assert "output 'n': there is no file n" in failure(reports.end_of("a")).message


def test_input_that_is_gone_is_a_failure_of_the_platform(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    blob = core.Literal(scalar=core.Scalar(blob=core.Blob(uri=f"{tmp_path}/nowhere")))
    executor.submit(container(tmp_path, "a", ["true"], {}, a=blob))
    report = reports.end_of("a")
    assert failure(report).code == "InputDownloadFailed"
    assert report.outcome.recoverable


def test_data_that_nobody_wants_is_not_moved(machine: Machine, tmp_path: Path) -> None:
    executor, reports = machine()
    blob = core.Literal(scalar=core.Scalar(blob=core.Blob(uri=f"{tmp_path}/nowhere")))
    attempt = container(tmp_path, "a", ["sh", "-c", f"ls {tmp_path}/seen/inputs"], {}, a=blob)
    attempt.task.container.data_config.io_strategy.download_mode = core.IOStrategy.DO_NOT_DOWNLOAD
    attempt.task.container.data_config.io_strategy.upload_mode = core.IOStrategy.DO_NOT_UPLOAD
    executor.submit(attempt)
    assert reports.end_of("a").phase == core.TaskExecution.SUCCEEDED
    assert not executor.log_path(attempt.execution, "a").exists()


def test_program_of_a_task_follows_from_its_template() -> None:
    plain = core.TaskTemplate(type="python-task", container=core.Container(image="x"))
    raw = core.TaskTemplate(type="raw-container", container=core.Container(image="x"))
    raw.container.data_config.enabled = True
    pod = core.TaskTemplate(type="raw-container")
    pod.k8s_pod.data_config.enabled = True
    assert [program_of(task) for task in (plain, raw, pod, core.TaskTemplate(type="sensor"))] == [
        "",
        "glidepath-container",
        "glidepath-container",
        "glidepath-sensor",
    ]

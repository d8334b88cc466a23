from pathlib import Path

import pytest
from executor_attempts import make_attempt, with_output

from glidepath.executors.protocol import Attempt, Failed, Outcome, Succeeded
from glidepath.executors.verdict import Exit, verdict
from glidepath.idl import core
from glidepath.storage import Storage, open_storage

USER, SYSTEM, UNKNOWN = core.ExecutionError.USER, core.ExecutionError.SYSTEM, core.ExecutionError.UNKNOWN


@pytest.fixture
def storage() -> Storage:
    return open_storage()


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return with_output(make_attempt(tmp_path, "a"))


def write(storage: Storage, attempt: Attempt, name: str, data: bytes) -> None:
    storage.put(f"{attempt.output_prefix}/{name}", data)


def outputs() -> core.LiteralMap:
    found = core.LiteralMap()
    found.literals["o0"].scalar.primitive.integer = 7
    return found


def document(message: str, seconds: int = 1, **facts: object) -> bytes:
    error = core.ContainerError(code="USER:X", message=message, origin=USER, **facts)  # type: ignore[arg-type]
    error.timestamp.seconds = seconds
    return core.ErrorDocument(error=error).SerializeToString()


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed)
    return outcome


def facts(outcome: Outcome) -> tuple[str, int, bool]:
    found = failed(outcome)
    return found.error.code, found.error.kind, found.recoverable


def test_outputs_make_a_success(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "outputs.pb", outputs().SerializeToString())
    write(storage, attempt, "deck.html", b"<p>")
    prefix = attempt.output_prefix
    assert verdict(storage, attempt, Exit(0)) == Succeeded(outputs(), f"{prefix}/outputs.pb", f"{prefix}/deck.html")


def test_a_task_that_declares_no_outputs_needs_none(storage: Storage, tmp_path: Path) -> None:
    outcome = verdict(storage, make_attempt(tmp_path, "void"), Exit(0))
    assert isinstance(outcome, Succeeded)
    assert outcome.outputs == core.LiteralMap()


def test_a_plan_of_more_nodes_comes_before_all(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "futures.pb", b"")
    outcome = verdict(storage, attempt, Exit(0))
    assert isinstance(outcome, Succeeded)
    assert outcome.futures


def test_an_error_document_beats_exit_code_0(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "outputs.pb", outputs().SerializeToString())
    write(storage, attempt, "error.pb", document("boom", kind=core.ContainerError.RECOVERABLE))
    found = failed(verdict(storage, attempt, Exit(0)))
    assert (found.error.code, found.error.message, found.error.kind, found.recoverable) == ("USER:X", "boom", USER, True)
    assert found.error.error_uri == f"{attempt.output_prefix}/error.pb"


def test_of_several_workers_the_first_to_fail_is_told(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "error-b.pb", document("later", seconds=9))
    write(storage, attempt, "error-c.pb", document("first", seconds=5, worker="w1"))
    found = failed(verdict(storage, attempt, Exit(0)))
    assert (found.error.message, found.error.worker, found.recoverable) == ("first", "w1", False)


def test_a_broken_error_document_is_the_systems_fault(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "error.pb", b"\xff\xff")
    assert facts(verdict(storage, attempt, Exit(0))) == ("ErrorFileBadFormat", SYSTEM, True)


def test_no_outputs_after_a_clean_exit(storage: Storage, attempt: Attempt) -> None:
    outcome = verdict(storage, attempt, Exit(0))
    assert facts(outcome) == ("OutputsNotFound", UNKNOWN, True)
    assert "(o0)" in failed(outcome).error.message


def test_a_file_of_the_same_name_in_a_folder_below_does_not_count(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "dn0/0/outputs.pb", b"")
    write(storage, attempt, "dn0/0/error.pb", b"")
    assert facts(verdict(storage, attempt, Exit(0)))[0] == "OutputsNotFound"


def test_outputs_beyond_the_limit_fail_for_good(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "outputs.pb", b"x" * 101)
    outcome = verdict(storage, attempt, Exit(0), max_output_bytes=100)
    assert facts(outcome) == ("OutputSizeExceeded", UNKNOWN, False)
    assert "101 bytes, at most 100" in failed(outcome).error.message


def test_a_bad_exit_code_tells_the_last_lines(storage: Storage, attempt: Attempt) -> None:
    outcome = verdict(storage, attempt, Exit(3, tail="bad luck\n"))
    assert facts(outcome) == ("Error", USER, True)
    assert failed(outcome).error.message == "the process exited with code 3. Its last output:\nbad luck\n"


def test_a_signal_is_named(storage: Storage, attempt: Attempt) -> None:
    outcome = verdict(storage, attempt, Exit(signal=11))
    assert facts(outcome) == ("Error", USER, True)
    assert "signal 11 (SIGSEGV)" in failed(outcome).error.message


@pytest.mark.parametrize("end", [Exit(signal=9), Exit(137), Exit(247), Exit()])
def test_a_process_killed_from_outside_is_the_systems_fault(storage: Storage, attempt: Attempt, end: Exit) -> None:
    assert facts(verdict(storage, attempt, end)) == ("Interrupted", SYSTEM, True)


def test_out_of_memory_is_the_users_and_worth_another_try(storage: Storage, attempt: Attempt) -> None:
    outcome = verdict(storage, attempt, Exit(signal=9, oom_limit=64 * 2**20))
    assert facts(outcome) == ("OOMKilled", USER, True)
    assert "64 MiB" in failed(outcome).error.message


def test_a_lost_process_that_had_written_its_outputs_succeeded(storage: Storage, attempt: Attempt) -> None:
    write(storage, attempt, "outputs.pb", outputs().SerializeToString())
    outcome = verdict(storage, attempt, Exit())
    assert isinstance(outcome, Succeeded)
    assert outcome.outputs == outputs()

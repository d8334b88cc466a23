"""Executors that need no process: sleep and echo."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from executor_attempts import Reports, failure, make_attempt

from glidepath.executors.echo import EchoExecutor
from glidepath.executors.protocol import Attempt, Succeeded
from glidepath.executors.sleep import SleepExecutor
from glidepath.idl import core
from glidepath.storage import open_storage

SIMPLE = {int: core.SimpleType.INTEGER, str: core.SimpleType.STRING}


def literal(duration: timedelta) -> core.Literal:
    found = core.Literal()
    found.scalar.primitive.duration.FromTimedelta(duration)
    return found


def nap(root: Path, name: str, duration: timedelta, **changes: object) -> Attempt:
    attempt = make_attempt(root, name, inputs=core.LiteralMap(literals={"duration": literal(duration)}), **changes)
    attempt.task.type = "core-sleep"
    return attempt


def echo(root: Path, name: str, inputs: dict[str, int | str], outputs: dict[str, type]) -> Attempt:
    attempt = make_attempt(root, name, inputs=core.LiteralMap(literals={key: scalar(value) for key, value in inputs.items()}))
    attempt.task.type = "echo"
    for key, value in inputs.items():
        attempt.task.interface.inputs.variables[key].type.simple = SIMPLE[type(value)]
    for output, kind in outputs.items():
        attempt.task.interface.outputs.variables[output].type.simple = SIMPLE[kind]
    return attempt


def scalar(value: int | str) -> core.Literal:
    primitive = core.Primitive(integer=value) if isinstance(value, int) else core.Primitive(string_value=value)
    return core.Literal(scalar=core.Scalar(primitive=primitive))


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def sleeper(reports: Reports) -> Iterator[SleepExecutor]:
    executor = SleepExecutor()
    executor.start(reports)
    yield executor
    executor.close()


@pytest.fixture
def echoer(reports: Reports) -> Iterator[EchoExecutor]:
    executor = EchoExecutor(open_storage())
    executor.start(reports)
    yield executor
    executor.close()


def test_sleep_of_zero_ends_while_it_is_submitted(sleeper, reports, tmp_path):
    sleeper.submit(nap(tmp_path, "a", timedelta(0)))
    assert reports.phases_of("a") == ["SUCCEEDED"]
    assert reports.of("a")[0].outcome == Succeeded(core.LiteralMap(), f"{tmp_path}/out/a/outputs.pb")


def test_sleeps_end_in_the_order_in_which_they_are_due(sleeper, reports, tmp_path):
    for name, milliseconds in (("late", 300), ("early", 50), ("middle", 150)):
        sleeper.submit(nap(tmp_path, name, timedelta(milliseconds=milliseconds)))
    ends = [reports.end_of(name).at for name in ("early", "middle", "late")]
    assert ends == sorted(ends)
    assert reports.phases_of("late") == ["RUNNING", "SUCCEEDED"]


def test_aborted_sleep_is_over_at_once(sleeper, reports, tmp_path):
    sleeper.submit(nap(tmp_path, "a", timedelta(hours=1)))
    sleeper.abort("a", "enough")
    sleeper.abort("a", "again")
    sleeper.abort("unknown", "who")
    assert reports.phases_of("a") == ["RUNNING", "ABORTED"]
    assert reports.of("unknown") == []


def test_adopted_sleep_waits_for_what_is_left_of_it(sleeper, reports, tmp_path):
    begun = datetime.now(tz=timezone.utc) - timedelta(hours=2)
    sleeper.adopt([nap(tmp_path, "over", timedelta(hours=1), started_at=begun)])
    sleeper.adopt([nap(tmp_path, "under", timedelta(hours=3), started_at=begun)])
    assert reports.phases_of("over") == ["SUCCEEDED"]
    assert reports.phases_of("under") == ["RUNNING"]


def test_sleep_takes_seconds_of_the_custom_part(sleeper, reports, tmp_path):
    attempt = make_attempt(tmp_path, "a")
    attempt.task.custom.update({"duration": 0})
    sleeper.submit(attempt)
    assert reports.phases_of("a") == ["SUCCEEDED"]


def test_sleep_without_a_duration_fails_for_good(sleeper, reports, tmp_path):
    sleeper.submit(make_attempt(tmp_path, "a"))
    report = reports.end_of("a")
    assert failure(report).code == "BadTaskSpecification"
    assert "one input that is a duration" in failure(report).message
    assert not report.outcome.recoverable


def test_sleeping_costs_no_thread_and_aborted_ones_leave_nothing(sleeper, tmp_path):
    threads = threading.active_count()
    for number in range(5000):
        sleeper.submit(nap(tmp_path, f"a{number}", timedelta(hours=1)))
    assert threading.active_count() == threads
    for number in range(5000):
        sleeper.abort(f"a{number}", "enough")
    assert sleeper._sleeping == {}
    assert len(sleeper._due) <= 1025


def test_closed_sleeper_reports_nothing_more(reports, tmp_path):
    executor = SleepExecutor()
    executor.start(reports)
    executor.submit(nap(tmp_path, "a", timedelta(milliseconds=20)))
    executor.close()
    time.sleep(0.05)
    assert reports.phases_of("a") == ["RUNNING"]


def test_echo_gives_its_input_back_in_memory_and_in_the_store(echoer, reports, tmp_path):
    echoer.submit(echo(tmp_path, "a", {"n": 7}, {"o0": int}))
    outcome = reports.end_of("a").outcome
    assert outcome.outputs.literals["o0"].scalar.primitive.integer == 7
    assert core.LiteralMap.FromString(Path(outcome.output_uri).read_bytes()) == outcome.outputs


def test_echo_of_nothing_succeeds(echoer, reports, tmp_path):
    echoer.submit(echo(tmp_path, "a", {}, {}))
    assert reports.end_of("a").outcome.outputs == core.LiteralMap()


def test_echo_of_several_values_keeps_the_order_that_the_template_tells(echoer, reports, tmp_path):
    attempt = echo(tmp_path, "a", {"n": 7, "m": 8}, {"o0": int, "o1": int})
    attempt.task.config["echo_inputs"] = "n,m"
    echoer.submit(attempt)
    assert reports.end_of("a").outcome.outputs.literals == {"o0": scalar(7), "o1": scalar(8)}


def test_echo_of_several_values_of_different_types_needs_no_order(echoer, reports, tmp_path):
    echoer.submit(echo(tmp_path, "a", {"a": 7, "b": "x"}, {"o0": str, "o1": int}))
    assert reports.end_of("a").outcome.outputs.literals == {"o0": scalar("x"), "o1": scalar(7)}


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ({"n": 7, "m": 8}, {"o0": int, "o1": int}),
        ({"n": 7, "m": "x"}, {"o0": int}),
        ({"n": 7}, {}),
        ({"n": 7, "m": "x"}, {"o0": int, "y": str}),
    ],
)
def test_echo_whose_outputs_may_be_the_one_or_other_input_fails_for_good(echoer, reports, tmp_path, inputs, outputs):
    echoer.submit(echo(tmp_path, "a", inputs, outputs))
    report = reports.end_of("a")
    assert "does not tell which is which" in failure(report).message
    assert not report.outcome.recoverable

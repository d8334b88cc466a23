"""Gates of local runs: values that are given, values that are typed, and nobody there."""

from __future__ import annotations

import io
import sys
from datetime import timedelta

import pytest

from glidepath import LaunchPlan, approve, local, sleep, task, wait_for_input, workflow
from glidepath.errors import FlyteAssertion, FlyteDisapprovalException, FlyteException

HOUR = timedelta(hours=1)


@task
def times(n: int, by: int) -> int:
    return n * by


@workflow
def asked(n: int) -> int:
    return times(n=n, by=wait_for_input("factor", timeout=HOUR, expected_type=int))


@workflow
def approved(n: int) -> int:
    return approve(times(n=n, by=2), "twice", timeout=HOUR)


@workflow
def listed() -> list[str]:
    return wait_for_input("names", timeout=HOUR, expected_type=list[str])


def given(**signals: object) -> local.RunOptions:
    return local.RunOptions(signals=signals)


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.parametrize("value", [4, "4"])
def test_a_value_is_given_with_the_run(value: object) -> None:
    assert local.run(asked, {"n": 3}, given(factor=value)) == 12


def test_a_list_is_given_as_a_value_or_as_it_would_be_typed() -> None:
    assert local.run(listed, {}, given(names=["a", "b"])) == ["a", "b"]
    assert local.run(listed, {}, given(names='["a", "b"]')) == ["a", "b"]


def test_a_value_of_another_type_is_refused_with_the_name_of_the_gate() -> None:
    with pytest.raises(FlyteException) as caught:
        local.run(asked, {"n": 3}, given(factor="many"))
    assert caught.value.where.startswith("gate factor, node n0 of ")


def test_a_yes_lets_the_value_through_and_a_no_fails_the_run() -> None:
    assert local.run(approved, {"n": 3}, given(twice=True)) == 6
    assert local.run(approved, {"n": 3}, given(twice="yes")) == 6
    with pytest.raises(FlyteDisapprovalException, match=r"gate \[n1\]: \[twice\] was rejected"):
        local.run(approved, {"n": 3}, given(twice=False))


def test_a_person_is_asked_and_asked_again_for_what_is_no_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "many\n4\n")
    assert asked(n=3) == 12
    question = "[Input Gate] Waiting for input @factor of type int: "
    assert capsys.readouterr().out.count(question) == 2


def test_a_person_sees_what_is_to_be_approved(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    type_in(monkeypatch, "y\n")
    assert approved(n=3) == 6
    assert "[Approval Gate] @twice Approve 6? [Y/n]: " in capsys.readouterr().out


def test_where_nobody_can_be_asked_the_error_names_the_gate_and_says_how_to_give_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    type_in(monkeypatch, "")
    with pytest.raises(FlyteAssertion, match="gate factor waits for a value of type int") as caught:
        asked(n=3)
    assert caught.value.where == "node n0 of tests.local.test_gates.asked" or caught.value.where.endswith("test_gates.asked")
    assert "pyflyte run --signal factor=VALUE" in caught.value.hint


@workflow
def in_child(n: int) -> int:
    return LaunchPlan.get_or_create(asked)(n=n)


def test_child_executions_find_the_values_too() -> None:
    assert local.run(in_child, {"n": 3}, given(factor=5)) == 15


ORDER: list[str] = []


@task
def note(text: str) -> str:
    ORDER.append(text)
    return text


@workflow
def napping() -> str:
    first, nap, last = note(text="before"), sleep(timedelta(milliseconds=30)), note(text="after")
    first >> nap
    nap >> last
    note(text="beside")
    return last


def test_work_beside_a_sleep_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    ORDER.clear()
    assert napping() == "after"
    assert ORDER == ["before", "beside", "after"]
    assert "[Sleep Gate] n1 sleeps for 0.0 s" in capsys.readouterr().err


@workflow
def asking_last(n: int) -> int:
    """The question comes first in the graph, the work beside it is done before anybody is asked."""
    factor = wait_for_input("factor", timeout=HOUR, expected_type=int)
    note(text="work")
    return times(n=n, by=factor)


def test_nobody_is_asked_while_something_else_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ORDER.clear()
    type_in(monkeypatch, "")
    with pytest.raises(FlyteAssertion):
        asking_last(n=1)
    assert ORDER == ["work"]

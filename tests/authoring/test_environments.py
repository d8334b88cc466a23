"""``Environment``: arguments of ``@task`` under a name."""

from datetime import timedelta

import pytest

from glidepath import Environment, Resources, RetryBackoff
from glidepath.errors import FlyteValidationException


def plain(n: int) -> int:
    return n


def test_a_task_has_the_environments_arguments_and_its_own() -> None:
    env = Environment(retries=2, requests=Resources(cpu="1"), environment={"A": "1"}, labels={"l": "1"})
    for made in (env(plain), env.task(plain), env.task(retries=2)(plain)):
        assert (made.settings.retries, made.settings.environment) == (2, {"A": "1"})
    own = env(retries=5, environment={"B": "2"}, labels={"m": "2"})(plain)
    assert own.settings.retries == 5
    assert own.settings.environment == {"A": "1", "B": "2"}
    assert own.settings.labels == {"l": "1", "m": "2"}
    assert own(n=3) == 3


def test_extend_makes_another_and_update_changes_this_one() -> None:
    env = Environment(retries=2, environment={"A": "1"})
    before = env(plain)
    other = env.extend(retries=7, environment={"B": "2"})
    env.update(retries=3, timeout=9)
    assert [each(plain).settings.retries for each in (env, other)] == [3, 7]
    assert other.overrides == {"retries": 7, "environment": {"A": "1", "B": "2"}}
    assert (before.settings.retries, env(plain).settings.timeout.seconds) == (2, 9)


def test_show_prints_the_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    Environment(retries=2).show()
    assert capsys.readouterr().out == "Environment(\n    retries=2,\n)\n"


def test_unknown_arguments_are_refused_at_once() -> None:
    with pytest.raises(FlyteValidationException, match="Environment has no argument 'retrys'") as caught:
        Environment(retrys=1)  # type: ignore[call-arg]
    assert caught.value.hint == "did you mean 'retries'?"
    with pytest.raises(FlyteValidationException, match="has no argument 'cach'"):
        Environment().update(cach=True)  # type: ignore[call-arg]


def test_options_beyond_stock_work_too() -> None:
    env = Environment(retries=1, retry_backoff=RetryBackoff(timedelta(seconds=1)))
    assert env(plain).settings.retry_backoff == RetryBackoff(timedelta(seconds=1))

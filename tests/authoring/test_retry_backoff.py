"""``retry_backoff``: what the template's config says, and what the engine reads in it."""

from datetime import timedelta
from typing import Any

import pytest

from glidepath import RetryBackoff, task
from glidepath.authoring import ImageConfig, SerializationSettings
from glidepath.engine.retries import pause_before
from glidepath.errors import FlyteValidationException
from glidepath.extras.shell import ShellTask
from glidepath.idl import core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"))

listing = ShellTask("listing", script="ls", retries=2, retry_backoff=timedelta(seconds=3))


def plain(n: int) -> int:
    return n


def template(**options: Any) -> core.TaskTemplate:
    return task(**options)(plain).template(SETTINGS)


def test_the_config_holds_seconds_and_the_factor_as_texts() -> None:
    found = template(retries=4, retry_backoff=RetryBackoff(timedelta(milliseconds=1500), 1.5, timedelta(minutes=2)))
    assert dict(found.config) == {
        "retry_backoff_initial_seconds": "1.5",
        "retry_backoff_factor": "1.5",
        "retry_backoff_max_seconds": "120",
    }


def test_the_engine_waits_as_it_says() -> None:
    found = template(retries=4, retry_backoff=RetryBackoff(timedelta(seconds=10), maximum=timedelta(seconds=35)))
    assert [pause_before(attempt, found).total_seconds() for attempt in (1, 2, 3, 4)] == [10, 20, 35, 35]


def test_a_timedelta_stands_for_the_first_wait() -> None:
    found = template(retries=4, retry_backoff=timedelta(seconds=3))
    assert dict(found.config) == {"retry_backoff_initial_seconds": "3", "retry_backoff_factor": "2"}


def test_without_it_the_config_is_stocks() -> None:
    assert dict(template(retries=4).config) == {}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RetryBackoff(timedelta(seconds=-1)), "takes initial as a timedelta from 0 on"),
        (lambda: RetryBackoff(3), "takes initial as a timedelta from 0 on, got 3"),  # type: ignore[arg-type]
        (lambda: RetryBackoff(None), "needs the first wait"),  # type: ignore[arg-type]
        (lambda: RetryBackoff(timedelta(1), 0.5), "factor=0.5 of RetryBackoff must be a number from 1 on"),
        (lambda: RetryBackoff(timedelta(2), 2, timedelta(1)), "maximum=1 day, 0:00:00 of RetryBackoff is shorter"),
        (lambda: template(retry_backoff=5), "retry_backoff=5 must be a RetryBackoff"),
    ],
)
def test_what_cannot_be_waited_is_refused(make: Any, message: str) -> None:
    with pytest.raises(FlyteValidationException, match=message):
        make()


def test_task_classes_take_it_too() -> None:
    assert pause_before(1, listing.template(SETTINGS)) == timedelta(seconds=3)

"""``pyflyte run --remote --wait``: what it says while it waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from glidepath.cli.pyflyte.run.follow import wait_for
from glidepath.idl import core

ID = core.WorkflowExecutionIdentifier(project="p", domain="d", name="a1b2")


def interrupted(*args: Any, **kwargs: Any) -> NoReturn:
    raise KeyboardInterrupt


def test_who_stops_waiting_is_told_that_the_execution_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    remote: Any = SimpleNamespace(until_done=interrupted)
    execution: Any = SimpleNamespace(id=ID)
    with pytest.raises(KeyboardInterrupt):
        wait_for(remote, execution, None)
    told = capsys.readouterr().err
    assert "a1b2 any more, and it goes on" in told
    assert "flytectl delete execution a1b2 -p p -d d" in told

"""Type checkers see the user's own signatures through the decorators."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = """
from datetime import timedelta
from typing import NamedTuple
from glidepath import Environment, LaunchPlan, Resources, Workflow, approve, conditional, create_node, reference_task, sleep
from glidepath import task, wait_for_input, workflow

class Two(NamedTuple):
    number: int
    text: str

@task
def bare(n: int, text: str = "x") -> Two:
    return Two(n, text)

@task(retries=1, requests=Resources(cpu="1"))
def with_arguments(n: int) -> int:
    return n

@task
async def later(n: int) -> int:
    return n

@workflow
def wf(n: int) -> str:
    two = bare(n=n)
    reveal_type(two.number)  # int
    reveal_type(with_arguments(n=two.number))  # int
    create_node(with_arguments, n=1).with_overrides(retries=2)
    return two.text

@workflow(interruptible=True)
async def later_wf(n: int) -> int:
    return await later(n=n)

@workflow
def branching(n: int) -> int:
    x = conditional("c").if_(n > 3).then(with_arguments(n=n)).elif_((n == 1) & (n < 2)).then(bare(n=1)).else_().fail("no")
    either: int | Two = x
    only: int = x  # error: assignment
    y = conditional("c").if_(n > 3).then(with_arguments(n=n)).else_().then(with_arguments(n=1))
    reveal_type(y)  # int
    reveal_type(approve(y, "ok", timedelta(hours=1)))  # int
    reveal_type(wait_for_input("n", timedelta(hours=1), float))  # float
    conditional("c").then(with_arguments(n=1))  # error: attr-defined
    approve(y, "ok", 5)  # error: arg-type
    return y

env = Environment(retries=2)

@env.task(timeout=3)
def in_environment(n: int) -> str:
    return str(n)

@env
def bare_in_environment(n: int) -> float:
    return n

reveal_type(in_environment(n=1))  # str
reveal_type(bare_in_environment(n=1))  # float
Environment(retrys=2)  # error: call-arg
built = Workflow(name="w")
built.add_workflow_output("o", built.add_entity(in_environment, n=built.add_workflow_input("n", int)).outputs["o0"])

reveal_type(wf(n=1))  # str
with_arguments(n="x")  # error: arg-type
with_arguments(m=1)  # error: call-arg
wf()  # error: call-arg

@task(retrys=1)  # error: call-overload
def typo(n: int) -> int:
    return n
"""


@pytest.mark.slow
def test_mypy_sees_the_users_signatures(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.py"
    path.write_text(SOURCE)
    command = [sys.executable, "-m", "mypy", "--strict", "--allow-untyped-decorators", "--show-error-codes", path]
    found = subprocess.run([*command, "--cache-dir", tmp_path / "cache"], capture_output=True, text=True, cwd=tmp_path).stdout
    lines = SOURCE.split("\n")
    told: dict[int, str] = {}
    for number, text in re.findall(r"pipeline\.py:(\d+): (?:note: Revealed type is \"([^\"]+)\"|error: .*)", found):
        told[int(number)] = text.removeprefix("builtins.")
    for number, code in re.findall(r"pipeline\.py:(\d+): error: .*\[([a-z-]+)\]", found):
        told[int(number)] = f"error: {code}"
    expected = {n: line.partition("  # ")[2] for n, line in enumerate(lines, 1) if "  # " in line}
    assert told == expected

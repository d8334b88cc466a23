"""Type checkers see the user's own signatures through the decorators."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = """
from typing import NamedTuple
from glidepath import LaunchPlan, Resources, create_node, reference_task, task, workflow

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

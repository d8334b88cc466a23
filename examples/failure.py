"""Failure: a handler that cleans up, whatever went wrong, and learns which node it was.

pyflyte run examples/failure.py import_wf --rows 3
pyflyte run examples/failure.py import_wf --rows 0      # ends in failure, on purpose, after the handler
"""

import tempfile
from pathlib import Path

from glidepath import WorkflowFailurePolicy, task, workflow
from glidepath.types.error import FlyteError


def table(name: str) -> Path:
    """Where a table of this example lies."""
    return Path(tempfile.gettempdir()) / f"glidepath-example-{name}.csv"


@task
def create(name: str) -> str:
    table(name).write_text("id,value\n")
    return name


@task
def load(name: str, rows: int) -> int:
    """Appends rows, and refuses to load none."""
    if rows == 0:
        raise ValueError(f"no rows for {name}")
    with table(name).open("a") as file:
        file.writelines(f"{number},{number * number}\n" for number in range(rows))
    return rows


@task
def clean_up(name: str, rows: int, err: FlyteError | None = None) -> None:
    """Runs when the workflow failed, with its inputs; ``err`` says which node failed, and how."""
    table(name).unlink(missing_ok=True)
    if err is not None:
        print(f"{name}: removed after node {err.failed_node_id} failed: {err.message.splitlines()[-1]}")


@workflow(on_failure=clean_up)
def import_wf(name: str = "squares", rows: int = 3) -> int:
    return load(name=create(name=name), rows=rows)


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def imports_wf(rows: int = 2) -> tuple[int, int]:
    """With this policy the second import still ends when the first fails; the execution has failed all the same."""
    return import_wf(name="first", rows=0), import_wf(name="second", rows=rows)

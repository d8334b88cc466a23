"""Attempts: retries, timeouts, and what a failure does to the rest of a workflow.

pyflyte run --remote --wait examples/retries.py patient_wf
pyflyte run --remote --wait examples/retries.py careful_wf     # ends in failure, on purpose
"""

from datetime import timedelta

from glidepath import WorkflowFailurePolicy, current_context, task, workflow
from glidepath.errors import FlyteRecoverableException


@task(retries=2, timeout=timedelta(minutes=5), interruptible=True)
def download(url: str) -> str:
    """Fails the first time, as networks do; the checkpoint tells the second attempt that there was a first."""
    checkpoint = current_context().checkpoint
    if checkpoint is not None and checkpoint.read() is None:
        checkpoint.write(url.encode())
        raise FlyteRecoverableException(f"{url} did not answer; the next attempt goes on from the checkpoint")
    return f"content of {url}"


@task(retries=1)
def divide(a: int, b: int) -> float:
    """Every exception but a FlyteRecoverableException is final: no attempt after it can help."""
    return a / b


@task
def collect(text: str) -> int:
    return len(text)


@workflow
def patient_wf(url: str = "https://example.com/data") -> int:
    return collect(text=download(url=url))


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def careful_wf(b: int = 0) -> tuple[float, int]:
    """With this policy the other branch still finishes when ``divide`` fails."""
    return divide(a=1, b=b), collect(text="independent of the division")

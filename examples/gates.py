"""Gates: a run that waits for a person, for a value, or for a while.

pyflyte run examples/gates.py release_wf                    # asks on the terminal
pyflyte run --signal approved=yes --signal title=Spring examples/gates.py release_wf
pyflyte run --remote examples/gates.py release_wf           # waits for its signals on the control plane
"""

from datetime import timedelta

from glidepath import approve, sleep, task, wait_for_input, workflow


@task
def changes(since: str) -> list[str]:
    return [f"fix since {since}", f"feature since {since}"]


@task
def notes(changes: list[str], title: str) -> str:
    return "\n".join([f"# {title}", *(f"- {change}" for change in changes)])


@task
def publish(text: str) -> int:
    """How many lines went out."""
    return len(text.splitlines())


@workflow
def release_wf(since: str = "v1") -> int:
    """Somebody gives the notes a title, somebody approves them, and after a pause they go out."""
    title = wait_for_input("title", timeout=timedelta(hours=1), expected_type=str)
    text = notes(changes=changes(since=since), title=title)
    approved = approve(text, "approved", timeout=timedelta(hours=1))
    pause = sleep(timedelta(seconds=1))
    sent = publish(text=approved)
    approved >> pause
    pause >> sent
    return sent

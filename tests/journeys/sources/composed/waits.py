"""Gates in sub-workflows and branches; of several types; sleeps beside work."""

from datetime import timedelta

from glidepath import approve, conditional, sleep, task, wait_for_input, workflow

HOUR = timedelta(hours=1)


@task
def times(n: int, by: int) -> int:
    return n * by


@task
def label(n: int, texts: list[str]) -> str:
    return f"{n}: {'|'.join(texts)}"


@workflow
def asked(n: int) -> int:
    return times(n=n, by=wait_for_input("factor", timeout=HOUR, expected_type=int))


@workflow
def inside(n: int) -> str:
    """The gate is in a sub-workflow, and another takes a list."""
    return label(n=asked(n=n), texts=wait_for_input("texts", timeout=HOUR, expected_type=list[str]))


@workflow
def approved(n: int) -> int:
    return approve(times(n=n, by=2), "twice", timeout=HOUR)


@workflow
def in_branch(n: int) -> int:
    return conditional("big").if_(n > 100).then(approved(n=n)).else_().then(times(n=n, by=3))


@workflow
def slept(n: int) -> int:
    """Two sleeps side by side, and work before and after."""
    before = times(n=n, by=2)
    short, long = sleep(timedelta(milliseconds=100)), sleep(timedelta(milliseconds=200))
    after = times(n=before, by=5)
    before >> short
    before >> long
    short >> after
    long >> after
    return after

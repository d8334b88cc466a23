"""A workflow whose second step has a bug, until somebody mends it. ``stock_side`` and ours run the same text."""

from PACKAGE import dynamic, task, workflow


@task
def prepare(rows: int) -> list[int]:
    return list(range(rows))


@task
def train(rows: list[int], rate: float) -> float:
    mended = False
    if not mended:
        raise ValueError("a bug")
    return rate * len(rows)


@dynamic
def report(score: float) -> str:
    return render(score=score)


@task
def render(score: float) -> str:
    return f"score {score}"


@workflow
def training_wf(rows: int = 4, rate: float = 0.5) -> str:
    return report(score=train(rows=prepare(rows=rows), rate=rate))

"""Recovery: run again what failed, and only that.

pyflyte run --remote --wait examples/recover.py import_wf     # fails at the last step; the steps before it have succeeded
touch /tmp/glidepath-example-ready                            # what was missing is there now
pyflyte execution recover --execution-id NAME                 # a new execution; only the last step runs
"""

import tempfile
from pathlib import Path

from glidepath import map_task, task, workflow

READY = Path(tempfile.gettempdir()) / "glidepath-example-ready"


@task
def fetch(pages: int) -> list[int]:
    """Slow, in real life."""
    return [page * page for page in range(pages)]


@task
def clean(value: int) -> int:
    return value + 1


@task
def publish(values: list[int]) -> int:
    """Fails until somebody has made the file."""
    if not READY.exists():
        raise FileNotFoundError(f"{READY} is not there yet")
    return sum(values)


@workflow
def import_wf(pages: int = 4) -> int:
    return publish(values=map_task(clean)(value=fetch(pages=pages)))

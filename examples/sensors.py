"""Sensors: a task that waits until a file is there.

pyflyte run examples/sensors.py inbox_wf
"""

import tempfile
from pathlib import Path

from glidepath import task, workflow
from glidepath.extras.sensors import FileSensor


@task
def deliver(text: str) -> str:
    path = Path(tempfile.gettempdir()) / "glidepath-example-inbox.txt"
    path.write_text(text)
    return str(path)


arrived = FileSensor(name="examples.sensors.arrived")


@task
def read(path: str) -> int:
    return len(Path(path).read_text().split())


@workflow
def inbox_wf(text: str = "three small words") -> int:
    path = deliver(text=text)
    there = arrived(path=path)
    words = read(path=path)
    there >> words
    return words

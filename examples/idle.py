"""Tasks that the engine carries out itself, without a process: passing values on, and letting time pass.

pyflyte run examples/idle.py settle_wf --text done
"""

from datetime import timedelta

from glidepath import create_node, kwtypes, task, workflow
from glidepath.extras.echo import Echo
from glidepath.extras.sleep import Sleep

same = Echo(name="examples.idle.same", inputs=kwtypes(text=str))


@task(task_config=Sleep())
def pause(duration: timedelta) -> None:
    """Never called: a control plane waits instead, and so does a local run."""


@workflow
def settle_wf(text: str = "done") -> str:
    waited = create_node(pause, duration=timedelta(milliseconds=200))
    kept: str = same(text=text)
    waited >> kept
    return kept

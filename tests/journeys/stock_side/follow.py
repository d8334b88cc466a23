"""Run by stock flytekit's Python: what FlyteRemote sees inside executions, and how it answers gates, as one JSON file of facts.

    python follow.py <output file> <execution with a tree> <execution with gates>

The second execution waits for ``title`` (a text), then for ``approved`` (a yes).
"""

import json
import sys
import time
import warnings
from datetime import timedelta
from pathlib import Path

from flytekit.configuration import Config
from flytekit.models.core.execution import WorkflowExecutionPhase as Phase
from flytekit.remote import FlyteRemote

warnings.simplefilter("ignore")
LONGEST = 60.0


def tree(nodes):
    """Nodes by id: whether each is dynamic, and what is inside it."""
    return {
        name: [bool(node.metadata.is_dynamic), tree(node.subworkflow_node_executions or {})] for name, node in nodes.items()
    }


def asked(remote, execution):
    """The names of what waits."""
    return {signal.id.signal_id for signal in remote.list_signals(execution) if not signal.value.WhichOneof("value")}


def until(condition):
    end = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("it did not happen in time")
        time.sleep(0.05)


def main():
    target, seen, gated = sys.argv[1:]
    remote = FlyteRemote(Config.auto(), default_project="flytesnacks", default_domain="development")
    execution = remote.fetch_execution(name=seen)
    remote.sync(execution, sync_nodes=True)
    facts = {"tree": tree(execution.node_executions), "outputs": {}}
    for name, node in execution.node_executions.items():
        if not name.endswith("-node"):
            facts["outputs"][name] = node.outputs.get("o0", as_type=str) if "o0" in node.outputs else None
    until(lambda: "title" in asked(remote, gated))
    remote.set_signal("title", gated, "Spring", python_type=str)
    until(lambda: "approved" in asked(remote, gated))
    remote.approve("approved", gated)
    waited = remote.wait(remote.fetch_execution(name=gated), poll_interval=timedelta(milliseconds=100))
    facts["gated"] = [Phase.enum_to_string(waited.closure.phase), waited.outputs.get("o0", as_type=int)]
    Path(target).write_text(json.dumps(facts))


main()

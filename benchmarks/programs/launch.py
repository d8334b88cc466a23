"""Launch a registered workflow many times, wait for all executions, and print how long it took and what the attempts took.

    python -m benchmarks.programs.launch ENDPOINT WORKFLOW VERSION COUNT

Prints ``{"seconds": …, "launched": …, "execution": {…}}``: wall seconds from the first CreateExecution to the last end,
to the last answer of CreateExecution, and for the first execution its own duration, the number of its task attempts, the sum
of their run times (RUNNING to end) and of their lives (QUEUED to end), in seconds, as the server recorded them.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.clients.pages import Query
from glidepath.idl import admin, core

PROJECT, DOMAIN = "flytesnacks", "development"
JOBS = 16
POLL_SECONDS = 0.05
GIVE_UP_SECONDS = 600
ENDED = frozenset(
    {
        core.WorkflowExecution.SUCCEEDED,
        core.WorkflowExecution.FAILED,
        core.WorkflowExecution.ABORTED,
        core.WorkflowExecution.TIMED_OUT,
    }
)


@dataclass(frozen=True)
class Launch:
    """What to launch."""

    workflow: str
    version: str


def main() -> None:
    endpoint, workflow, version, count = sys.argv[1:]
    with Client.connect(PlatformConfig(endpoint=endpoint, insecure=True)) as client:
        print(json.dumps(launch_and_wait(client, Launch(workflow, version), int(count))))


def launch_and_wait(client: Client, launch: Launch, count: int) -> dict[str, object]:
    """Create, wait, add up. Raises SystemExit when an execution does not succeed."""
    started = time.perf_counter()
    with ThreadPoolExecutor(min(JOBS, count)) as pool:
        ids = list(pool.map(lambda _: _create(client, launch), range(count)))
    launched = time.perf_counter() - started
    ended = [_wait(client, found) for found in ids]
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "launched": launched, "execution": _figures(client, ended[0])}


def _create(client: Client, launch: Launch) -> core.WorkflowExecutionIdentifier:
    plan = core.Identifier(
        resource_type=core.ResourceType.LAUNCH_PLAN,
        project=PROJECT,
        domain=DOMAIN,
        name=launch.workflow,
        version=launch.version,
    )
    request = admin.ExecutionCreateRequest(project=PROJECT, domain=DOMAIN, spec=admin.ExecutionSpec(launch_plan=plan))
    request.inputs.SetInParent()
    return client.raw.create_execution(request).id


def _wait(client: Client, execution: core.WorkflowExecutionIdentifier) -> admin.Execution:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        found = client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=execution))
        phase = found.closure.phase
        if phase == core.WorkflowExecution.SUCCEEDED:
            return found
        if phase in ENDED:
            raise SystemExit(
                f"{execution.name} ended {core.WorkflowExecution.Phase.Name(phase)}: {found.closure.error.message}"
            )
        time.sleep(POLL_SECONDS)
    raise SystemExit(f"{execution.name} has not ended after {GIVE_UP_SECONDS} s")


def _figures(client: Client, execution: admin.Execution) -> dict[str, float]:
    attempts = [
        attempt
        for node in client.node_executions(execution.id, query=Query(page_size=1000))
        for attempt in (client.task_executions(node.id) if node.id.node_id not in {"start-node", "end-node"} else ())
    ]
    closure = execution.closure
    return {
        "duration": _seconds(closure.created_at, closure.updated_at),
        "attempts": len(attempts),
        "running": sum(_seconds(attempt.closure.started_at, attempt.closure.updated_at) for attempt in attempts),
        "living": sum(_seconds(attempt.closure.created_at, attempt.closure.updated_at) for attempt in attempts),
    }


def _seconds(start: Timestamp, end: Timestamp) -> float:
    return float(end.ToNanoseconds() - start.ToNanoseconds()) / 1e9


if __name__ == "__main__":
    main()

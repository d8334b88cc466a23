"""How long a page of a long list takes: 1,000,000 executions in one project and domain, over a real gRPC socket.

    python -m benchmarks.listing [rows] [postgresql://…] [--json]

Prints medians in milliseconds. Budget: 50 ms for the first page.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import grpc

from glidepath.admin.config import ServerConfig
from glidepath.admin.grpc import create_server
from glidepath.admin.services.assembly import admin_service
from glidepath.admin.services.context import Context
from glidepath.admin.services.projects import seed_projects
from glidepath.admin.store import Store, open_store
from glidepath.admin.store.rows import execution_columns, timestamp
from glidepath.admin.store.schema import executions, launch_plans, workflows
from glidepath.idl import admin, core, service
from glidepath.storage.memory import MemoryStorage

_ROUNDS = 11
_BATCH = 10_000
_VERSIONS = 200
_PHASES = ["SUCCEEDED"] * 90 + ["FAILED"] * 8 + ["RUNNING", "ABORTED"]
_SCOPE = admin.NamedEntityIdentifier(project="flytesnacks", domain="development")
_NEWEST = admin.Sort(key="created_at", direction=admin.Sort.DESCENDING)

CASES: dict[str, dict[str, Any]] = {
    "newest first, 100": {"limit": 100, "sort_by": _NEWEST},
    "newest first, 20": {"limit": 20, "sort_by": _NEWEST},
    "no sort": {"limit": 100},
    "longest first": {"limit": 100, "sort_by": admin.Sort(key="duration", direction=admin.Sort.DESCENDING)},
    "last started": {"limit": 100, "sort_by": admin.Sort(key="started_at", direction=admin.Sort.DESCENDING)},
    "failed": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(phase,FAILED)"},
    "failed or aborted": {"limit": 100, "sort_by": _NEWEST, "filters": "value_in(phase,FAILED;ABORTED)"},
    "not ended": {"limit": 100, "sort_by": _NEWEST, "filters": "value_in(phase,QUEUED;RUNNING)"},
    "one name": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(execution_name,e500)"},
    "one workflow of two": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(workflow.name,wf0)"},
    "one version of 400": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(launch_plan.name,wf1)+eq(launch_plan.version,v7)"},
    "workflow without runs": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(workflow.name,idle)"},
    "workflow, failed": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(workflow.name,wf0)+eq(phase,FAILED)"},
    "unknown workflow": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(workflow.name,none)"},
    "name contains": {"limit": 100, "sort_by": _NEWEST, "filters": "contains(execution_name,99)"},
    "archived": {"limit": 100, "sort_by": _NEWEST, "filters": "eq(state,1)"},
    "offset 500": {"limit": 100, "sort_by": _NEWEST, "token": "500"},
}


class _Nobody:
    def launched(self, execution: core.WorkflowExecutionIdentifier) -> None: ...

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str, principal: str) -> None: ...


def main() -> None:
    """Fill a database and print a table."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--json"]
    rows = int(arguments[0]) if arguments else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = arguments[1] if len(arguments) > 1 else f"sqlite:///{folder}/glidepath.db"
        store = open_store(url)
        config = ServerConfig(data_dir=Path(folder), storage_root="memory://bucket").resolved()
        context = Context(store, MemoryStorage(), config, _Nobody())
        seed_projects(context)
        started = time.perf_counter()
        _fill(store, rows)
        seconds = time.perf_counter() - started
        found = list(_measure(context))
        store.close()
    if "--json" in sys.argv:
        print(json.dumps({name: milliseconds for name, milliseconds, _ in found}))
        return
    print(f"{rows} rows written in {seconds:.0f} s")
    for name, milliseconds, count in found:
        print(f"{name:24} {milliseconds:8.1f} ms  {count} rows")


def _measure(context: Context) -> Iterator[tuple[str, float, int]]:
    """Name, milliseconds, rows found."""
    server = create_server([admin_service(context)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = service.AdminServiceStub(channel)
        for name, fields in CASES.items():
            yield name, *_timed(stub, admin.ResourceListRequest(id=_SCOPE, **fields))
        token = ""
        for _ in range(200):
            page = stub.ListExecutions(admin.ResourceListRequest(id=_SCOPE, limit=100, sort_by=_NEWEST, token=token))
            token = page.token
            if not token:
                break
        request = admin.ResourceListRequest(id=_SCOPE, limit=100, sort_by=_NEWEST, token=token)
        yield "page 201", *_timed(stub, request)
    server.stop(None)


def _timed(stub: Any, request: admin.ResourceListRequest) -> tuple[float, int]:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        found = stub.ListExecutions(request)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times), len(found.executions)


def _fill(store: Store, rows: int) -> None:
    with store.write() as connection:
        plans = [_version(connection, number % 2, f"v{number // 2}") for number in range(2 * _VERSIONS)]
        _version(connection, "idle", "v0")
    for start in range(0, rows, _BATCH):
        with store.write() as connection:
            connection.execute(executions.insert(), list(_rows(start, min(rows, start + _BATCH), plans)))


def _version(connection: Any, name: object, version: str) -> tuple[int, int]:
    now = datetime.now(timezone.utc)
    key = {
        "project": "flytesnacks",
        "domain": "development",
        "name": f"wf{name}" if name != "idle" else "idle",
        "version": version,
    }
    shared = {**key, "digest": b"x" * 32, "created_at": now, "updated_at": now}
    workflow = connection.execute(
        workflows.insert().values(**shared, short_description="", remote_closure_identifier="", typed_interface=b"")
    ).inserted_primary_key[0]
    plan = connection.execute(
        launch_plans.insert().values(**shared, workflow_id=workflow, state=0, schedule_type="NONE", spec=b"", closure=b"")
    ).inserted_primary_key[0]
    return plan, workflow


def _rows(start: int, end: int, plans: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    first = datetime(2026, 1, 1, tzinfo=timezone.utc)
    spec = admin.ExecutionSpec(launch_plan=core.Identifier(project="flytesnacks", domain="development", name="wf", version="v"))
    spec.labels.values.update({f"label{number}": "x" * 20 for number in range(10)})
    data = spec.SerializeToString()
    for number in range(start, end):
        at = first + timedelta(seconds=number)
        closure = admin.ExecutionClosure(
            phase=core.WorkflowExecution.SUCCEEDED, created_at=timestamp(at), updated_at=timestamp(at)
        )
        closure.started_at.CopyFrom(timestamp(at))
        closure.duration.FromMilliseconds(number * 7919 % 1_000_003)
        closure.outputs.uri = f"s3://bucket/metadata/propeller/flytesnacks-development-e{number}/end-node/data/0/outputs.pb"
        yield {
            "execution_project": "flytesnacks",
            "execution_domain": "development",
            "execution_name": f"e{number}",
            **execution_columns(closure, at),
            "phase": _PHASES[number % 100],
            "state": int(number % 1000 == 0),
            "mode": 0,
            "launch_entity": "LAUNCH_PLAN",
            "launch_plan_id": plans[number % len(plans)][0],
            "workflow_id": plans[number % len(plans)][1],
            "workflow_name": f"wf{number % len(plans) % 2}",
            "launch_plan_name": f"wf{number % len(plans) % 2}",
            "user": "",
            "cluster": "",
            "inputs_uri": "s3://bucket/inputs",
            "user_inputs_uri": "s3://bucket/inputs",
            "created_at": at,
            "state_change": b"",
            "spec": data,
        }


if __name__ == "__main__":
    main()

"""A control plane on a real socket over SQLite, without executors: it registers and launches, and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from glidepath.admin.config import ServerConfig
from glidepath.admin.grpc import create_server
from glidepath.admin.services.assembly import admin_service, signal_service
from glidepath.admin.services.context import Context
from glidepath.admin.services.projects import seed_projects
from glidepath.admin.store import open_store
from glidepath.idl import core
from glidepath.remote import FlyteRemote
from glidepath.storage.memory import MemoryStorage

SOURCE = '''
from glidepath import LaunchPlan, task, workflow


@task
def add(a: int, b: int = 2) -> int:
    return a + b


@workflow
def twice(a: int, b: int = 5) -> int:
    """Adds twice."""
    return add(a=add(a=a, b=b), b=b)


ten = LaunchPlan.get_or_create(workflow=twice, name="{name}.ten", fixed_inputs={{"b": 10}})
'''


@dataclass
class Launches:
    """Writes down what is launched and terminated."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def launched(self, execution: core.WorkflowExecutionIdentifier) -> None:
        self.calls.append(("launched", execution.name))

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str, principal: str) -> None:
        self.calls.append(("terminate", execution.name, cause))

    def signalled(self, execution: core.WorkflowExecutionIdentifier, signal_id: str, value: core.Literal) -> None:
        self.calls.append(("signalled", execution.name, signal_id))


@pytest.fixture
def launches() -> Launches:
    return Launches()


@pytest.fixture
def endpoint(tmp_path: Path, launches: Launches) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'glidepath.db'}")
    config = ServerConfig(data_dir=tmp_path, storage_root="memory://bucket").resolved()
    context = Context(store, MemoryStorage(), config, launches)
    seed_projects(context)
    server = create_server([admin_service(context), signal_service(context)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)
    store.close()


@pytest.fixture
def remote(endpoint: str) -> Iterator[FlyteRemote]:
    with FlyteRemote.for_endpoint(endpoint, insecure=True) as handle:
        yield handle


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file with a task, a workflow and a launch plan, under a module name of its own."""
    name = f"flows_{tmp_path.name.replace('-', '_')}"
    path = tmp_path / "code" / f"{name}.py"
    path.parent.mkdir()
    path.write_text(SOURCE.format(name=name))
    return path

"""A control plane on a real socket over a real database: SQLite always, Postgres in the slow tests."""

import glob
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import grpc
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from admin_specs import launch_plan, task, workflow

from glidepath.admin.config import ServerConfig
from glidepath.admin.grpc import create_server
from glidepath.admin.services.assembly import admin_service, signal_service
from glidepath.admin.services.context import Context
from glidepath.admin.services.projects import seed_projects
from glidepath.admin.store import Store, open_store
from glidepath.idl import core, service
from glidepath.storage.memory import MemoryStorage


@dataclass
class RecordingOrchestrator:
    """Writes down what it is told."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def launched(self, execution: core.WorkflowExecutionIdentifier) -> None:
        self.calls.append(("launched", execution.name))

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str, principal: str) -> None:
        self.calls.append(("terminate", execution.name, cause, principal))

    def signalled(self, execution: core.WorkflowExecutionIdentifier, signal_id: str, value: core.Literal) -> None:
        self.calls.append(("signalled", execution.name, signal_id, value.scalar.primitive.boolean))

    def freed(self, slots: Any) -> None:
        self.calls.append(("freed", *(slot.tag for slot in slots)))


@dataclass
class ControlPlane:
    """What a test needs of a running control plane."""

    admin: Any
    signals: Any
    channel: grpc.Channel
    context: Context
    orchestrator: RecordingOrchestrator

    @property
    def store(self) -> Store:
        return self.context.store

    def register_workflow(self, name: str = "wf", version: str = "v1") -> None:
        """A task ``add``, a workflow and its launch plan."""
        for create, request in (
            (self.admin.CreateTask, task(version=version)),
            (self.admin.CreateWorkflow, workflow(name, version, task_version=version)),
            (self.admin.CreateLaunchPlan, launch_plan(name, version, workflow_name=name)),
        ):
            try:
                create(request)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.ALREADY_EXISTS, error.details()


def _ticking() -> Any:
    """A clock that goes one second further at each look."""
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    seconds = itertools.count()
    return lambda: start + timedelta(seconds=next(seconds))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'glidepath.db'}"
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.new_database()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def control_plane(store: Store, tmp_path: Path) -> Iterator[ControlPlane]:
    orchestrator = RecordingOrchestrator()
    config = ServerConfig(data_dir=tmp_path, storage_root="memory://bucket").resolved()
    context = Context(store, MemoryStorage(), config, orchestrator, clock=_ticking())
    seed_projects(context)
    server = create_server([admin_service(context), signal_service(context)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stubs = service.AdminServiceStub(channel), service.SignalServiceStub(channel)
        yield ControlPlane(*stubs, channel, context, orchestrator)
    server.stop(None)


def refused(call: Any, request: Any) -> tuple[str, str]:
    """The code and text with which a call is refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    return caught.value.code().name, caught.value.details()


@pytest.fixture(name="refused")
def _refused() -> Any:
    return refused


class Postgres:
    """A cluster of its own in a temporary folder, run by an unprivileged user when the tests run as root."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = (f"test{number}" for number in itertools.count())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]

    def start(self) -> None:
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", "flyte", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -p {self._port} -k {self._folder} -c fsync=off"
        self._run("pg_ctl", "-D", data, "-l", self._folder / "log", "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "stop")

    def new_database(self) -> str:
        import psycopg

        name = next(self._names)
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql://flyte@127.0.0.1:{self._port}/{name}"

    def _run(self, program: str, *arguments: object) -> None:
        command = [_binary(program), *map(str, arguments)]
        user = "nobody" if os.getuid() == 0 else None
        with (self._folder / "output").open("ab") as output:
            subprocess.run(command, check=True, stdout=output, stderr=output, user=user, cwd=self._folder)


def _binary(program: str) -> str:
    places = [shutil.which(program), *sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), reverse=True)]
    return next((place for place in places if place), "")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if not _binary("initdb"):
        pytest.fail("no initdb on this machine; `make test` installs PostgreSQL")
    with tempfile.TemporaryDirectory(prefix="gp-pg-", ignore_cleanup_errors=True) as folder:
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        cluster = Postgres(Path(folder))
        cluster.start()
        yield cluster
        cluster.stop()

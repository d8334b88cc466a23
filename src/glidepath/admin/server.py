"""The control plane put together. :func:`serve` reads as a list of what a server is; each part is made by one function."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from starlette.routing import BaseRoute

from glidepath.admin.cache.lookups import Lookups
from glidepath.admin.children import ChildExecutions
from glidepath.admin.closing import ClosingTime
from glidepath.admin.config import ServerConfig
from glidepath.admin.data_folder import DataFolder, Running
from glidepath.admin.dataproxy import DataProxy, DataProxySettings
from glidepath.admin.dispatch import Dispatcher
from glidepath.admin.front_door import FrontDoor, listen
from glidepath.admin.gateway import Gateway
from glidepath.admin.grpc import GrpcSettings, create_server
from glidepath.admin.http import create_app
from glidepath.admin.journal import Journal
from glidepath.admin.loading import Loader
from glidepath.admin.logs import URL_TEMPLATE, LogPlace, Logs
from glidepath.admin.long_poll import LongPolls
from glidepath.admin.objects import Objects
from glidepath.admin.orchestrator import Orchestrator
from glidepath.admin.rpc import Service
from glidepath.admin.services.assembly import admin_service, cache_service, catalog_service, signal_service
from glidepath.admin.services.context import Context, now
from glidepath.admin.services.executions import Executions
from glidepath.admin.services.projects import seed_projects
from glidepath.admin.signing import Signer, load_key
from glidepath.admin.store import Store, open_store
from glidepath.admin.web import WebServer
from glidepath.executors.echo import EchoExecutor
from glidepath.executors.environment import Platform
from glidepath.executors.processes import ProcessConfig, ProcessExecutor
from glidepath.executors.processes.launch import folder_of
from glidepath.executors.processes.warm.records import EXIT, LOG
from glidepath.executors.protocol import Executor
from glidepath.executors.sleep import SleepExecutor
from glidepath.idl import core
from glidepath.storage import open_storage
from glidepath.storage.protocol import Storage
from glidepath.version import VERSION

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0
FAREWELL_SECONDS = 0.1
"""How long a closing server still answers calls, with a refusal, before it cuts connections."""
UNIX_PATH_LIMIT = 100
"""Bytes of a unix socket's path that every system takes."""
_SOCKET_PREFIX = "glidepath-"

Pages = Callable[[Sequence[Service]], Sequence[BaseRoute]]
"""What makes web pages over the services; given by the caller, since pages are a room below this one."""


@dataclass(frozen=True)
class Doors:
    """The open ports."""

    sockets: list[socket.socket]
    grpc_port: int
    http_port: int


@dataclass(frozen=True)
class Inner:
    """The gRPC server behind the front door."""

    path: str
    """Its unix socket."""
    drain: Callable[[], None]
    """Take no new calls, wait for those that run, at most :data:`GRACE_SECONDS`. Doing it twice is fine."""


def serve(config: ServerConfig, pages: Pages | None = None) -> None:
    """Run a control plane until SIGTERM or SIGINT. Raises FlyteSystemException when it cannot start."""
    config = config.resolved()
    folder = DataFolder(config.data_dir)
    folder.prepare()
    with ExitStack() as stack:
        stack.enter_context(folder.held())
        doors = stack.enter_context(open_doors(config))
        config = replace(config, public_url=config.public_url or url(config.host, doors.http_port))
        store = stack.enter_context(closing(open_store(config.database_url)))
        storage = open_storage()
        executors = make_executors(config, folder, storage, f"{reachable(config.host)}:{doors.grpc_port}")
        orchestrator = make_orchestrator(config, store, storage, executors)
        context = Context(store=store, storage=storage, config=config, orchestrator=orchestrator)
        seed_projects(context)
        services = make_services(context, folder)
        polls = LongPolls(services[0].rpcs["GetExecution"], orchestrator.ends)
        inner = stack.enter_context(grpc_server(config, folder, services, polls))
        app = create_app(
            [
                Objects(storage, Signer(load_key(folder.signing_key)), folder.incoming, time.time).routes(),
                make_logs(folder).routes(),
                pages(services) if pages else [],
                Gateway(services).routes(),
            ]
        )
        orchestrator.start(ChildExecutions(Executions(context)))
        stack.callback(orchestrator.stop)
        asyncio.run(attend(doors, inner, WebServer(app), lambda: folder.announce(describe(config, doors))))
        log.info("stopping")


def make_executors(config: ServerConfig, folder: DataFolder, storage: Storage, endpoint: str) -> list[Executor]:
    """Where attempts run: processes of this machine, and in this process what needs none. They find us at ``endpoint``."""
    settings = config.executor
    process_config = ProcessConfig(
        root=folder.processes,
        images=settings.images,
        max_eager=settings.max_eager,
        log_url=config.public_url + URL_TEMPLATE,
        log_limit_bytes=settings.log_bytes,
        platform=Platform(env={"FLYTE_PLATFORM_URL": endpoint, "FLYTE_PLATFORM_INSECURE": "true"}),
    )
    if settings.cpus is not None:
        process_config = replace(process_config, cpus=settings.cpus)
    if settings.memory_bytes is not None:
        process_config = replace(process_config, memory_bytes=settings.memory_bytes)
    return [ProcessExecutor(process_config, storage), SleepExecutor(), EchoExecutor(storage)]


def make_logs(folder: DataFolder) -> Logs:
    """The output that the process executor keeps."""

    def locate(execution: core.WorkflowExecutionIdentifier, name: str) -> LogPlace:
        attempt = folder_of(folder.processes, execution, name)
        return LogPlace(output=attempt / LOG, ended=attempt / EXIT)

    return Logs(folder.processes, locate)


def make_orchestrator(config: ServerConfig, store: Store, storage: Storage, executors: Sequence[Executor]) -> Orchestrator:
    """What drives executions."""
    age = config.limits.cache_age
    lookups, journal = Lookups(store, storage, config.cache_root, now, age), Journal(store, now, age)
    return Orchestrator(Loader(store, storage, config), journal, storage, Dispatcher(executors), lookups, now)


def make_services(context: Context, folder: DataFolder) -> list[Service]:
    """Every gRPC service of this server."""
    config = context.config
    services = [admin_service(context), signal_service(context), catalog_service(context), cache_service(context)]
    settings = DataProxySettings(
        storage_root=config.storage_root,
        public_url=config.public_url,
        signer=Signer(load_key(folder.signing_key)),
        limits=config.limits,
        clock=time.time,
        upload_prefix=config.upload_prefix,
    )
    return [*services, DataProxy(settings, context.storage, services[0]).as_service()]


@contextmanager
def open_doors(config: ServerConfig) -> Iterator[Doors]:
    """Listen, on one port or on two; first of all, so that a taken port is found before anything is touched."""
    wanted = [config.grpc_port, config.http_port] if config.single_port is None else [config.single_port]
    sockets: list[socket.socket] = []
    ports = []
    try:
        for port in wanted:
            found, bound = listen(config.host, port, any_port=config.any_port)
            sockets += found
            ports.append(bound)
            if port not in {0, bound}:
                log.warning("port %d is taken by another program, listening on %d instead", port, bound)
        yield Doors(sockets, ports[0], ports[-1])
    finally:
        for sock in sockets:
            sock.close()


@contextmanager
def grpc_server(config: ServerConfig, folder: DataFolder, services: Sequence[Service], polls: LongPolls) -> Iterator[Inner]:
    """The gRPC server on a private unix socket."""
    with tempfile.TemporaryDirectory(prefix=_SOCKET_PREFIX, dir=_socket_folder(folder)) as private:
        path = f"{private}/grpc"
        closing = ClosingTime()
        server = create_server(closing.over(services), GrpcSettings(max_message_bytes=config.limits.message_bytes), (polls,))
        server.add_insecure_port(f"unix:{path}")
        server.start()

        def drain() -> None:
            closing.begin()
            polls.close()
            time.sleep(FAREWELL_SECONDS)
            server.stop(GRACE_SECONDS).wait()

        try:
            yield Inner(path, drain)
        finally:
            server.stop(GRACE_SECONDS).wait()


def _socket_folder(folder: DataFolder) -> Path | None:
    """Below the data folder, unless its path is too long for a socket; then where the system keeps temporary files."""
    if len(f"{folder.sockets}/{_SOCKET_PREFIX}12345678/grpc") >= UNIX_PATH_LIMIT:
        return None
    folder.sockets.mkdir(exist_ok=True)
    return folder.sockets


async def attend(doors: Doors, inner: Inner, web: WebServer, ready: Callable[[], None]) -> None:
    """Serve the open ports until a signal asks to end; then let running calls and requests end before they are cut."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    door = FrontDoor(inner.path, web.protocol)
    await door.open(doors.sockets)
    ready()
    await ended.wait()
    door.stop_accepting()
    await asyncio.gather(asyncio.to_thread(inner.drain), web.close(GRACE_SECONDS))
    door.close()


def describe(config: ServerConfig, doors: Doors) -> Running:
    """What is said of a server that is up."""
    return Running(
        pid=os.getpid(),
        grpc=f"{reachable(config.host)}:{doors.grpc_port}",
        http=config.public_url,
        version=VERSION,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )


def url(host: str, port: int) -> str:
    """The URL under which this machine reaches a port."""
    return f"http://{reachable(host)}:{port}"


def reachable(host: str) -> str:
    """A host to listen on as a host to call: wildcards become ``localhost``, IPv6 addresses get brackets."""
    if host in {"", "0.0.0.0", "::", "localhost"}:  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host

"""A front door on a free port, with real gRPC and HTTP behind it, in this process."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.routing import BaseRoute

from glidepath.admin.front_door import FrontDoor, listen
from glidepath.admin.grpc import GrpcSettings, create_server
from glidepath.admin.http import create_app
from glidepath.admin.rpc import Service
from glidepath.admin.web import WebServer


@dataclass(frozen=True)
class Edge:
    port: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


def run_edge(
    stack: ExitStack, folder: Path, services: Sequence[Service], rooms: Callable[[int], Sequence[Sequence[BaseRoute]]]
) -> Edge:
    sockets, port = listen("localhost", 0)
    server = create_server(services, GrpcSettings(max_message_bytes=64 << 20))
    server.add_insecure_port(f"unix:{folder}/grpc")
    server.start()
    stack.callback(lambda: server.stop(0).wait())
    loop = asyncio.new_event_loop()
    opened, ended = threading.Event(), asyncio.Event()

    async def main() -> None:
        web = WebServer(create_app(rooms(port)))
        door = FrontDoor(f"{folder}/grpc", web.protocol)
        await door.open(sockets)
        opened.set()
        await ended.wait()
        door.close()
        await web.close(1.0)

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    stack.callback(loop.close)
    stack.callback(thread.join)
    stack.callback(lambda: loop.call_soon_threadsafe(ended.set))
    assert opened.wait(10)
    return Edge(port)


@pytest.fixture
def make_edge(tmp_path: Path) -> Iterator[Callable[..., Edge]]:
    with ExitStack() as stack:
        yield lambda services, rooms=lambda port: []: run_edge(stack, tmp_path, services, rooms)

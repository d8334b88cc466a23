"""An ASGI app as asyncio protocols: uvicorn's HTTP/1.1, driven by the front door's loop, without a uvicorn server.

Only what a connection needs: no signal handlers, no lifespan, no sockets of its own, no logging of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

KEEP_ALIVE_SECONDS = 75


class WebServer:
    """Makes a protocol per connection and ends them all at a shutdown."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._config = Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._state = ServerState()

    def protocol(self) -> asyncio.Protocol:
        """A protocol for one accepted connection."""
        self._state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        make: Any = self._config.http_protocol_class
        protocol: asyncio.Protocol = make(config=self._config, server_state=self._state, app_state={})
        return protocol

    async def close(self, grace: float) -> None:
        """Let running requests end within ``grace`` seconds, then cut them."""
        for connection in list(self._state.connections):
            connection.shutdown()
        tasks = list(self._state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
        for connection in list(self._state.connections):
            transport: Any = getattr(connection, "transport", None)
            if transport:
                transport.close()

"""The last moments of a server: calls that run end, new ones are refused in words that tell a client to come back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from glidepath.admin.errors import Unavailable
from glidepath.admin.rpc import Call, Rpc, Service


class ClosingTime:
    """Whether the server is about to end."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def begin(self) -> None:
        """From now on every new call is refused."""
        self._told.set()

    def over(self, services: Sequence[Service]) -> list[Service]:
        """The services, refusing with UNAVAILABLE once the time has come.

        gRPC itself would cancel a call that arrives between the order to stop and the client's hearing of it, and no client
        tries a cancelled call again.
        """
        return [Service(each.name, {name: self._over(rpc) for name, rpc in each.rpcs.items()}) for each in services]

    def _over(self, rpc: Rpc) -> Rpc:
        def answer(request: Any, call: Call) -> Any:
            if self._told.is_set():
                raise Unavailable("the server is ending; try again in a moment")
            return rpc(request, call)

        return answer

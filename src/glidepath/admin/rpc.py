"""What a gRPC service is made of here: a full name, and a plain function for each RPC it answers.

Nothing in this module knows grpc, so a service is called in tests and by the orchestrator as it is by the network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Call:
    """Who calls, and under which id the call appears in the log.

    ``principal`` is the authenticated user, empty without authentication.
    """

    request_id: str = ""
    principal: str = ""


INTERNAL_CALL = Call(request_id="internal")
"""A call that the control plane makes itself."""

Rpc: TypeAlias = Callable[[Any, Call], Any]
"""Request message and call in, response message out; raises :class:`glidepath.admin.errors.AdminError` to refuse."""


@dataclass(frozen=True)
class Service:
    """One gRPC service: ``name`` such as ``flyteidl.service.AdminService``, and a function per RPC name.

    An RPC that the service's proto has and ``rpcs`` lacks is answered UNIMPLEMENTED.
    """

    name: str
    rpcs: Mapping[str, Rpc]

"""Services on a gRPC server: errors mapped once, a request id for each call, health and reflection.

An :class:`AdminError` becomes its code, text and details. Anything else is a fault of ours: the client gets INTERNAL and an
id, the log gets the same id and the traceback.
"""

import bisect
import importlib
import itertools
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import status_pb2

from glidepath.admin.errors import AdminError
from glidepath.admin.rpc import Call, Rpc, Service
from glidepath.idl import service as _services  # noqa: F401 - makes the services' descriptors known

_LOG = logging.getLogger(__name__)

_STATUS_BYTES = 6_000
"""What a refusal may take on the wire. Clients built on gRPC's C core turn a status above 8 KiB into RESOURCE_EXHAUSTED, at
random up to 16 KiB and always above, so FlyteAdmin's 32,000 bytes (3 MB for differences) would hide the code and the text."""
_CUT = "\n... [cut: {size} bytes in all, the server's log has them under request id {request_id}]"
_REQUEST_ID = "x-request-id"


@dataclass(frozen=True)
class GrpcSettings:
    """How a gRPC server takes calls. Sizes in bytes.

    ``max_message_bytes`` holds both ways; FlyteAdmin's default of 4 MiB is what large registrations trip over.
    """

    threads: int = 16
    max_message_bytes: int = 64 * 1024 * 1024
    reflection: bool = True


def create_server(
    services: Iterable[Service],
    settings: GrpcSettings | None = None,
    before: Sequence[grpc.GenericRpcHandler] = (),
) -> grpc.Server:
    """A server that answers ``services``, health and reflection; bind a port and start it. ``before`` choose calls first.

    Threads, not asyncio: the work is SQL and protobuf in C, and a blocking store needs threads in any case.
    """
    settings = settings or GrpcSettings()
    pool = ThreadPoolExecutor(max_workers=settings.threads, thread_name_prefix="grpc")
    server = grpc.server(
        pool,
        options=[
            ("grpc.max_receive_message_length", settings.max_message_bytes),
            ("grpc.max_send_message_length", settings.max_message_bytes),
            ("grpc.so_reuseport", 0),
        ],
    )
    server.add_generic_rpc_handlers(tuple(before))
    add_services(server, services, reflection=settings.reflection)
    return server


def add_services(server: grpc.Server, services: Iterable[Service], *, reflection: bool = True) -> None:
    """Add each service's handlers, the health service and, unless switched off, reflection to ``server``."""
    services = list(services)
    for service in services:
        server.add_generic_rpc_handlers((_handler(service),))
    names = [service.name for service in services]
    _add_health(server)
    if reflection:
        server.add_generic_rpc_handlers((_LazyReflection(names),))


def _handler(service: Service) -> grpc.GenericRpcHandler:
    descriptor = descriptor_pool.Default().FindServiceByName(service.name)
    methods = {
        name: grpc.unary_unary_rpc_method_handler(
            _answer(rpc, f"/{service.name}/{name}"),
            request_deserializer=message_factory.GetMessageClass(descriptor.methods_by_name[name].input_type).FromString,
            response_serializer=lambda response: response.SerializeToString(),
        )
        for name, rpc in service.rpcs.items()
    }
    return grpc.method_handlers_generic_handler(service.name, methods)


def _answer(rpc: Rpc, method: str) -> Callable[[Any, grpc.ServicerContext], Any]:
    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        call = call_of(context)
        try:
            return rpc(request, call)
        except AdminError as error:
            _LOG.info("%s refused %s: %s", call.request_id, method, error.status)
            refuse(context, call, error)
        except Exception as error:  # noqa: BLE001 - the edge of the process: a fault must not reach the client as it is
            _LOG.exception("%s failed in %s", call.request_id, method)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"internal error ({type(error).__name__}) in {method}; request id {call.request_id} in the server's log",
            )

    return answer


def call_of(context: grpc.ServicerContext) -> Call:
    """Who calls; the id is the caller's own, if it gave one."""
    given = next((str(value) for key, value in context.invocation_metadata() or () if key == _REQUEST_ID), "")
    return Call(request_id=given[:100] or f"a-{secrets.token_hex(10)}")


def refuse(context: grpc.ServicerContext, call: Call, error: AdminError) -> None:
    """End a call with an error's code, text and details; raises what grpc wants to see raised."""
    code = grpc.StatusCode[error.status]
    packed = [AnyMessage() for _ in error.details]
    for target, detail in zip(packed, error.details, strict=True):
        target.Pack(detail)
    text = _cut(error.message, call, twice=bool(packed))
    if text != error.message:
        _LOG.info("%s in full: %s", call.request_id, error.message)
    if packed:
        status = status_pb2.Status(code=code.value[0], message=text, details=packed)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, text)


def _cut(text: str, call: Call, *, twice: bool) -> str:
    """A text that fits a status. ``twice``: it travels a second time, in base 64, with the status's details."""
    budget = _STATUS_BYTES // 3 if twice else _STATUS_BYTES
    sizes = list(itertools.accumulate(_wire_size(character) for character in text))
    if not sizes or sizes[-1] <= budget:
        return text
    suffix = _CUT.format(size=len(text.encode()), request_id=call.request_id)
    return text[: bisect.bisect_right(sizes, budget - len(suffix) - 2)] + suffix


def _wire_size(character: str) -> int:
    """Bytes of a character in a status's text, where all but printable ASCII is percent-encoded."""
    return 1 if " " <= character <= "~" and character != "%" else 3 * len(character.encode())


def _add_health(server: grpc.Server) -> None:
    from grpc_health.v1 import health, health_pb2, health_pb2_grpc  # only a process that serves pays for it

    servicer = health.HealthServicer()
    for name in ("", "flyteadmin"):
        servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)


class _LazyReflection(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """Server reflection, imported when somebody first asks: it costs 40 ms and few ask.

    v1 and v1alpha differ only in the package's name, so the one that the library has answers both.
    """

    _PATHS = tuple(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo" for version in ("v1", "v1alpha"))

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._method: Any = None

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        if handler_call_details.method not in self._PATHS:
            return None
        if self._method is None:
            self._method = self._load()
        return self._method

    def _load(self) -> Any:
        reflection = importlib.import_module("grpc_reflection.v1alpha.reflection")
        messages = importlib.import_module("grpc_reflection.v1alpha.reflection_pb2")
        servicer = reflection.ReflectionServicer([*self._names, "grpc.health.v1.Health", reflection.SERVICE_NAME])
        return grpc.stream_stream_rpc_method_handler(
            servicer.ServerReflectionInfo,
            request_deserializer=messages.ServerReflectionRequest.FromString,
            response_serializer=messages.ServerReflectionResponse.SerializeToString,
        )

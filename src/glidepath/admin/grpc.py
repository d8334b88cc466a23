"""Services on a gRPC server: errors mapped once, a request id for each call, health and reflection.

An :class:`AdminError` becomes its code, text and details. Anything else is a fault of ours: the client gets INTERNAL and an
id, the log gets the same id and the traceback.
"""

import importlib
import logging
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import status_pb2

from glidepath.admin.errors import AdminError
from glidepath.admin.rpc import Call, Rpc, Service

_LOG = logging.getLogger(__name__)

_MAX_TEXT = 32_000
_MAX_DIFFERENCE_TEXT = 3_000_000
_REQUEST_ID = "x-request-id"


@dataclass(frozen=True)
class GrpcSettings:
    """How a gRPC server takes calls. Sizes in bytes.

    ``max_message_bytes`` holds both ways; FlyteAdmin's default of 4 MiB is what large registrations trip over.
    """

    threads: int = 16
    max_message_bytes: int = 64 * 1024 * 1024
    reflection: bool = True


def create_server(services: Iterable[Service], settings: GrpcSettings | None = None) -> grpc.Server:
    """A server that answers ``services``, health and reflection; bind a port and start it.

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
        call = _call(context)
        try:
            return rpc(request, call)
        except AdminError as error:
            _LOG.info("%s refused %s: %s", call.request_id, method, error.status)
            _refuse(context, error)
        except Exception as error:  # noqa: BLE001 - the edge of the process: a fault must not reach the client as it is
            _LOG.exception("%s failed in %s", call.request_id, method)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"internal error ({type(error).__name__}) in {method}; request id {call.request_id} in the server's log",
            )

    return answer


def _call(context: grpc.ServicerContext) -> Call:
    given = next((str(value) for key, value in context.invocation_metadata() or () if key == _REQUEST_ID), "")
    return Call(request_id=given[:100] or f"a-{secrets.token_hex(10)}")


def _refuse(context: grpc.ServicerContext, error: AdminError) -> None:
    code = grpc.StatusCode[error.status]
    text = shorten(error.message)
    if error.details:
        status = status_pb2.Status(code=code.value[0], message=text)
        for detail in error.details:
            packed = AnyMessage()
            packed.Pack(detail)
            status.details.append(packed)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, text)


def shorten(text: str) -> str:
    """An error's text cut to what clients take: 32,000 bytes, or 3 MB for a list of differences."""
    if "different structure already exists" in text:
        return _cut(text, _MAX_DIFFERENCE_TEXT, "\n\n... [diff truncated — exceeded gRPC max message size]")
    return _cut(text, _MAX_TEXT, "")


def _cut(text: str, limit: int, suffix: str) -> str:
    data = text.encode()
    return text if len(data) <= limit else data[:limit].decode(errors="ignore") + suffix


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

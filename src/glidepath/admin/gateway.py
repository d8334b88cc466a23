"""The JSON gateway: every RPC that its proto binds to HTTP, answered by the same functions that answer gRPC.

JSON has proto (snake_case) field names and shows unset fields; ``application/octet-stream`` in Accept or Content-Type means
raw protobuf (reference: flytectl-and-admin.md, B1). Errors are ``{"error": …, "code": <gRPC code>, "message": …}``.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glidepath.admin.errors import AdminError, InvalidArgument
from glidepath.admin.rpc import Call, Rpc, Service

if TYPE_CHECKING:
    from glidepath.idl.http_rules import HttpRule

log = logging.getLogger(__name__)

RAW = "application/octet-stream"
VERBS = ["GET", "PUT", "POST", "DELETE"]
PATHS = ["/api/v1/{rest:path}", "/me", "/config/{rest:path}", "/.well-known/{rest:path}"]
_CODES = {  # gRPC code name: number, HTTP status (google.rpc.code)
    "INVALID_ARGUMENT": (3, 400),
    "NOT_FOUND": (5, 404),
    "ALREADY_EXISTS": (6, 409),
    "PERMISSION_DENIED": (7, 403),
    "RESOURCE_EXHAUSTED": (8, 429),
    "FAILED_PRECONDITION": (9, 400),
    "UNIMPLEMENTED": (12, 501),
    "INTERNAL": (13, 500),
    "UNAUTHENTICATED": (16, 401),
}


class Gateway:
    """Routes of ``services``, by verb and number of path segments; of several that fit, the one with most literal segments."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._rpcs = {(service.name, name): rpc for service in services for name, rpc in service.rpcs.items()}

    @cached_property
    def _rules(self) -> dict[tuple[str, int], list[HttpRule]]:
        # The annotations take 30 ms to load; a server is healthy without them, and many never answer JSON.
        from glidepath.idl.http_rules import http_rules

        table: dict[tuple[str, int], list[HttpRule]] = {}
        for rule in http_rules():
            table.setdefault((rule.verb, len(rule.segments)), []).append(rule)
        for rules in table.values():
            rules.sort(key=lambda rule: sum(_is_field(segment) for segment in rule.segments))
        return table

    def routes(self) -> list[Route]:
        return [Route(path, self.answer, methods=VERBS) for path in PATHS]

    async def answer(self, request: Request) -> Response:
        """One call."""
        call = Call(request_id=request.headers.get("x-request-id", "")[:100] or f"a-{secrets.token_hex(10)}")
        try:
            rule, values = await run_in_threadpool(self._find, request)
            rpc = self._rpc(rule)
            message = _message(rule, values, request, await request.body())
            answer: Message = await run_in_threadpool(rpc, message, call)
        except AdminError as error:
            return _error(error.status, error.message)
        except Exception as error:  # the edge of the process: a fault must not reach the client as it is
            log.exception("%s failed in %s %s", call.request_id, request.method, request.url.path)
            return _error(
                "INTERNAL", f"internal error ({type(error).__name__}); the server's log has it under {call.request_id}"
            )
        if RAW in request.headers.get("accept", ""):
            return Response(answer.SerializeToString(), media_type=RAW)
        return Response(to_json(answer), media_type="application/json")

    def _find(self, request: Request) -> tuple[HttpRule, dict[str, str]]:
        raw = request.scope.get("raw_path") or request.url.path.encode()
        segments = raw.decode("latin-1").split("?")[0].strip("/").split("/")
        for rule in self._rules.get((request.method if request.method != "HEAD" else "GET", len(segments)), ()):
            values = _match(rule.segments, segments)
            if values is not None:
                return rule, values
        raise _NoSuchPath(f"nothing is served at {request.method} {request.url.path}")

    def _rpc(self, rule: HttpRule) -> Rpc:
        rpc = self._rpcs.get((rule.service, rule.rpc))
        if not rpc:
            raise _Unimplemented(f"{rule.service}.{rule.rpc} is not served here")
        return rpc


class _NoSuchPath(AdminError):
    status = "NOT_FOUND"


class _Unimplemented(AdminError):
    status = "UNIMPLEMENTED"


def to_json(message: Message) -> str:
    """A message as the gateway prints it."""
    return json_format.MessageToJson(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True, indent=None
    )


def _is_field(segment: str) -> bool:
    return segment.startswith("{")


def _match(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    values = {}
    for expected, found in zip(pattern, segments, strict=True):
        if _is_field(expected):
            values[expected[1:-1].split("=")[0]] = unquote(found)
        elif expected != found:
            return None
    return values


def _message(rule: HttpRule, values: Mapping[str, str], request: Request, body: bytes) -> Message:
    message = rule.request()
    try:
        if rule.body:
            _read_body(message, body, request.headers.get("content-type", ""))
        document = {} if rule.body else _tree(message, request.query_params.multi_items())
        for path, text in values.items():
            _put(document, message, path, [text])
        json_format.ParseDict(document, message, ignore_unknown_fields=True)
    except (json_format.ParseError, DecodeError, ValueError) as error:
        raise InvalidArgument(f"the request is not a {message.DESCRIPTOR.full_name}: {error}") from error
    return message


def _read_body(message: Message, body: bytes, content_type: str) -> None:
    if content_type.startswith(RAW):
        message.ParseFromString(body)
    else:
        json_format.ParseDict(json.loads(body or b"{}"), message)


def _tree(message: Message, items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """``sort_by.key=created_at`` as the JSON document that it stands for. Unknown parameters are ignored."""
    texts: dict[str, list[str]] = {}
    for path, text in items:
        texts.setdefault(path, []).append(text)
    document: dict[str, Any] = {}
    for path, found in texts.items():
        _put(document, message, path, found)
    return document


def _put(document: dict[str, Any], message: Message, path: str, texts: list[str]) -> None:
    fields = list(_fields(message, path))
    if len(fields) != len(path.split(".")):
        return
    for field in fields[:-1]:
        document = document.setdefault(field.name, {})
    last = fields[-1]
    values = [text.lower() == "true" if last.type == last.TYPE_BOOL else text for text in texts]
    document[last.name] = values if last.is_repeated else values[-1]


def _fields(message: Message, path: str) -> Iterator[Any]:
    descriptor: Any = message.DESCRIPTOR
    for name in path.split("."):
        field = descriptor.fields_by_name.get(name) if descriptor else None
        if field is None:
            return
        yield field
        descriptor = field.message_type


def _error(status: str, text: str) -> Response:
    code, http_status = _CODES.get(status, (2, 500))
    return JSONResponse({"error": text, "code": code, "message": text, "details": []}, http_status)

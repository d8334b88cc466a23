"""The REST bindings of the services, as their protos declare them (``google.api.http``).

Importing this module loads ``grpc`` through the generated service modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from google.api import annotations_pb2, http_pb2  # type: ignore[import-untyped]
from google.protobuf import message_factory
from google.protobuf.message import Message

from glidepath.idl.service import DESCRIPTORS

_VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class HttpRule:
    """One binding of one RPC."""

    service: str
    """``flyteidl.service.AdminService``"""
    rpc: str
    verb: str
    """``GET``"""
    segments: tuple[str, ...]
    """The path between slashes; ``{id.project}`` takes a value for that field of the request."""
    body: str
    """``*`` when the whole request is in the body, empty when the rest of it is in the query."""
    request: type[Message]


def http_rules() -> Iterator[HttpRule]:
    """Every binding of every unary RPC, in the order of the protos."""
    for name, service in DESCRIPTORS.items():
        for method in service.methods:
            if method.client_streaming or method.server_streaming:
                continue
            rule = method.GetOptions().Extensions[annotations_pb2.http]
            request = message_factory.GetMessageClass(method.input_type)
            for binding in (rule, *rule.additional_bindings):
                verb, path = _verb_and_path(binding)
                if path:
                    yield HttpRule(name, method.name, verb, tuple(path.strip("/").split("/")), binding.body, request)


def _verb_and_path(rule: http_pb2.HttpRule) -> tuple[str, str]:
    verb = rule.WhichOneof("pattern") or ""
    return (verb.upper(), getattr(rule, verb)) if verb in _VERBS else ("", "")

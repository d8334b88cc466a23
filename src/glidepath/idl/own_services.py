"""The gRPC services that Flyte does not have, described as a ``.proto`` file would.

``glidepath.service.CacheService``::

    rpc Explain(flyteidl.core.NodeExecutionIdentifier) returns (google.protobuf.Struct)

Importing this module makes the descriptor pool know them.
"""

from __future__ import annotations

from google.protobuf import descriptor_pool, struct_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from glidepath.idl import core

CACHE_SERVICE = "glidepath.service.CacheService"


def _described() -> FileDescriptorProto:
    request, answer = core.NodeExecutionIdentifier.DESCRIPTOR, struct_pb2.Struct.DESCRIPTOR
    file = FileDescriptorProto(name="glidepath/service/cache.proto", package="glidepath.service", syntax="proto3")
    file.dependency.extend([request.file.name, answer.file.name])
    service = file.service.add(name="CacheService")
    service.method.add(name="Explain", input_type=f".{request.full_name}", output_type=f".{answer.full_name}")
    return file


descriptor_pool.Default().AddSerializedFile(_described().SerializeToString())

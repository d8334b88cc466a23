"""Literals that are too big for ``outputs.pb`` go to files of their own (reference: flytekit.md, 2.4).

Reading them back is the work of :func:`glidepath.types.to_python`, which follows references at any depth.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.json_format import MessageToDict

from glidepath.errors import FlyteNonRecoverableSystemException
from glidepath.idl import core, paths
from glidepath.storage.protocol import Storage

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes. Literals of ``minimum`` and more are offloaded, those beyond ``maximum`` refused; 0 stands for never."""

    minimum: int = 0
    maximum: int = 0


def limits_from(env: Mapping[str, str]) -> Limits:
    """The limits that the platform sets in the environment, in mebibytes; anything but a number counts as not set."""

    def read(name: str) -> int:
        text = env.get(name, "")
        return int(text) * _MEBIBYTE if text.isdigit() else 0

    return Limits(read("_F_L_MIN_SIZE_MB"), read("_F_L_MAX_SIZE_MB"))


def offload(
    outputs: core.LiteralMap, types: Mapping[str, core.LiteralType], prefix: str, limits: Limits, storage: Storage
) -> None:
    """Replace the big literals of ``outputs`` by references to files below ``prefix``.

    Raises :class:`~glidepath.errors.FlyteNonRecoverableSystemException`, naming the variable, for one beyond the maximum.
    """
    if not limits.minimum:
        return
    for name, literal in outputs.literals.items():
        size = literal.ByteSize()
        if size < limits.minimum:
            continue
        if limits.maximum and size > limits.maximum:
            raise FlyteNonRecoverableSystemException(
                f"output {name!r} has {size} bytes, and this platform takes at most {limits.maximum}",
                hint="return a FlyteFile, a FlyteDirectory or a DataFrame, which travel as files",
            )
        _replace(literal, types[name], paths.join(prefix, f"{name}_offloaded_metadata.pb"), storage)


def literal_hash(literal: core.Literal) -> str:
    """The hash of a literal, as stock flytekit computes it: SHA-256 of its JSON, base 64 without padding."""
    text = json.dumps(MessageToDict(literal), sort_keys=True, separators=(",", ":"))
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _replace(literal: core.Literal, literal_type: core.LiteralType, uri: str, storage: Storage) -> None:
    content = literal.SerializeToString(deterministic=True)
    digest = literal.hash or literal_hash(literal)
    storage.put(uri, content)
    literal.Clear()
    literal.hash = digest
    literal.offloaded_metadata.uri = uri
    literal.offloaded_metadata.size_bytes = len(content)
    literal.offloaded_metadata.inferred_type.CopyFrom(literal_type)

"""Recipes for the identifiers that other Flyte components compute too (reference: engine.md, 1.15)."""

from __future__ import annotations

from collections.abc import Callable

from glidepath.idl import core

_ALPHABET = "abcdefghijklmnopqrstuvwxyz123456"
_FNV_PRIME = {32: 0x01000193, 64: 0x100000001B3, 128: 0x0000000001000000000000000000013B}
_FNV_OFFSET = {32: 0x811C9DC5, 64: 0xCBF29CE484222325, 128: 0x6C62272E07BB014262B821756295C58D}
_NODE_ID_LENGTH = 20
_GENERATED_NAME_LENGTH = 50
_DNS_LABEL_LENGTH = 63

START_NODE_ID = "start-node"
END_NODE_ID = "end-node"


def fnv1a(data: bytes, bits: int) -> int:
    """The FNV-1a hash of ``data`` with 32, 64 or 128 bits."""
    mask = (1 << bits) - 1
    prime, value = _FNV_PRIME[bits], _FNV_OFFSET[bits]
    for byte in data:
        value = ((value ^ byte) * prime) & mask
    return value


def fixed_length_id(text: str, length: int, bits: int = 32) -> str:
    """``text`` if it fits ``length`` characters, else ``f`` and its FNV-1a digest in base 32.

    The digest takes 8 characters with 32 bits, 14 with 64, 27 with 128.
    """
    if len(text) <= length:
        return text
    return "f" + _base32(fnv1a(text.encode(), bits).to_bytes(bits // 8, "big"))


def _base32(data: bytes) -> str:
    size = (len(data) * 8 + 4) // 5
    number = int.from_bytes(data, "big") << (size * 5 - len(data) * 8)
    return "".join(_ALPHABET[(number >> (5 * (size - 1 - i))) & 31] for i in range(size))


def join_id(*parts: str, length: int, bits: int = 32) -> str:
    """The parts joined with ``-`` (leading empty parts leave no dash), cut as :func:`fixed_length_id` does."""
    return fixed_length_id("-".join(parts).lstrip("-"), length, bits)


def unique_node_id(parent: str, parent_attempt: int, node_id: str) -> str:
    """The id of a node inside its execution: ``n0`` at the top, ``n0-0-n1`` inside node ``n0``'s first attempt."""
    if not parent:
        return fixed_length_id(node_id, _NODE_ID_LENGTH)
    return join_id(parent, str(parent_attempt), node_id, length=_NODE_ID_LENGTH)


def generated_name(execution: str, unique_id: str, attempt: int) -> str:
    """The name of one attempt outside the engine (pod, process, …): stable, so submitting twice starts one."""
    return join_id(execution, unique_id, str(attempt), length=_GENERATED_NAME_LENGTH)


def child_execution_name(execution: str, unique_id: str, attempt: int) -> str:
    """The name of the execution that a launch-plan node starts: stable, so a repeated start finds the first."""
    return join_id(execution, unique_id, str(attempt), length=_NODE_ID_LENGTH, bits=64)


def dns_label(name: str) -> str:
    """``name`` as stock flytekit makes a node id of it: ``First_Node.trainBig`` becomes ``first-node-train-big``.

    ``-``, ``_`` and ``.`` become a dash, a capital letter gets a dash before it, whatever else is no letter or digit goes.
    Names of 63 characters and more become ten digits of their SHA-224, a dash and their last 52 characters; dashes stop at
    62 characters. The result may still be longer than 63 characters or hold letters of other alphabets, as stock's does:
    other components compute the same id, so it must not be made better here.
    """
    if len(name) >= _DNS_LABEL_LENGTH:
        import hashlib  # loads OpenSSL, which takes longer than all else that authoring imports from here

        name = f"{hashlib.sha224(name.encode()).hexdigest()[:10]}-{name[11 - _DNS_LABEL_LENGTH :]}"
    label = ""
    for char in name:
        separator = char in "-_."
        if not (separator or char.isalnum()):
            continue
        capital = not (separator or char.islower() or char.isdigit())
        if label and len(label) < _DNS_LABEL_LENGTH - 1 and (separator or (capital and not label.endswith("-"))):
            label += "-"
        label += "" if separator else char.lower()
    return label.removesuffix("-")


def execution_name(random_bytes: Callable[[int], bytes]) -> str:
    """A fresh execution name: ``a`` and 19 random lower-case letters and digits."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "a" + "".join(letters[b % 36] for b in random_bytes(19))


def text_of(identifier: core.Identifier) -> str:
    """An identifier for people: ``project/domain/name@version``, blank parts left out."""
    scope = "/".join(part for part in (identifier.project, identifier.domain, identifier.name) if part)
    return f"{scope}@{identifier.version}" if identifier.version else scope


def key_of(identifier: core.Identifier) -> tuple[int, str, str, str, str]:
    """An identifier as a hashable, sortable tuple: resource type, project, domain, name, version."""
    return (identifier.resource_type, identifier.project, identifier.domain, identifier.name, identifier.version)

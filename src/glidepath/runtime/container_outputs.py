"""Files as outputs, typed by the task's interface: the layout of Flyte's copilot (reference: engine.md, 2.6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from google.protobuf.json_format import Parse, ParseError

from glidepath.errors import FlyteException, FlyteUserException, FlyteValueException
from glidepath.idl import core, paths
from glidepath.idl.go_durations import parse_duration
from glidepath.storage.protocol import Storage

ERROR_FILE = "_ERROR"
_LIMIT = 1024
_ERROR_LIMIT = 1024 * 1024


class ContainerOutputError(FlyteUserException):
    """A program did not leave what its task declares, or left a file named ``_ERROR``."""

    code = "OutputUploadFailed"


def error_told(folder: Path) -> str | None:
    """What the program says in its file ``_ERROR``; ``None`` when there is none."""
    path = folder / ERROR_FILE
    if not path.is_file():
        return None
    with path.open(errors="replace") as file:
        return file.read(_ERROR_LIMIT)


def read_outputs(interface: core.TypedInterface, folder: Path, raw_prefix: str, storage: Storage) -> core.LiteralMap:
    """The outputs that a program left, one file or folder each; files and folders are written below ``raw_prefix``.

    Raises ContainerOutputError naming the output that is missing, does not fit or is of a type that cannot be a file.
    """
    outputs = core.LiteralMap()
    for name, variable in interface.outputs.variables.items():
        try:
            outputs.literals[name].CopyFrom(_read(variable.type, folder / name, paths.join(raw_prefix, name), storage))
        except (OSError, ValueError, FlyteException) as error:
            told, hint = (error.message, error.hint) if isinstance(error, FlyteException) else (str(error), "")
            raise ContainerOutputError(
                f"output {name!r}: {told}", hint=hint or f"the program writes it to the file {name} in its output folder"
            ) from error
    return outputs


def _read(literal_type: core.LiteralType, path: Path, uri: str, storage: Storage) -> core.Literal:
    kind = literal_type.WhichOneof("type")
    if kind == "blob":
        return _blob(literal_type.blob, path, uri, storage)
    if kind == "enum_type":
        return _primitive(core.Primitive(string_value=_text(path).strip()))
    if kind != "simple":
        raise FlyteValueException(f"a {kind} cannot be made from a file", hint="declare a file or a simple type")
    if literal_type.simple == core.SimpleType.NONE:
        return core.Literal(scalar=core.Scalar(none_type=core.Void()))
    reader = _READERS.get(literal_type.simple)
    if reader is None:
        raise FlyteValueException(f"a {core.SimpleType.Name(literal_type.simple)} cannot be made from a file")
    return reader(_text(path))


def _text(path: Path) -> str:
    if not path.is_file():
        raise FlyteValueException(f"there is no file {path.name}")
    size = path.stat().st_size
    if size > _LIMIT:
        raise FlyteValueException(f"its file has {size} bytes, a simple value at most {_LIMIT}", hint="declare it as FlyteFile")
    return path.read_text()


def _blob(blob_type: core.BlobType, path: Path, uri: str, storage: Storage) -> core.Literal:
    multipart = blob_type.dimensionality == core.BlobType.MULTIPART
    if not (path.is_dir() if multipart else path.is_file()):
        raise FlyteValueException(f"there is no {'folder' if multipart else 'file'} {path.name}")
    if multipart:
        storage.upload_tree(path, uri)
    else:
        storage.upload(path, uri)
    return core.Literal(scalar=core.Scalar(blob=core.Blob(uri=uri, metadata=core.BlobMetadata(type=blob_type))))


def _primitive(primitive: core.Primitive) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=primitive))


def _boolean(text: str) -> core.Literal:
    known = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
    value = known.get(text.strip().lower())
    if value is None:
        raise FlyteValueException(f"{text.strip()!r} is neither true nor false")
    return _primitive(core.Primitive(boolean=value))


def _datetime(text: str) -> core.Literal:
    primitive = core.Primitive()
    primitive.datetime.FromJsonString(_with_zone(text.strip()))
    return _primitive(primitive)


def _with_zone(text: str) -> str:
    if text.endswith("Z") or datetime.fromisoformat(text).tzinfo is not None:
        return text.replace(" ", "T")
    return f"{text.replace(' ', 'T')}Z"


def _duration(text: str) -> core.Literal:
    primitive = core.Primitive()
    primitive.duration.FromTimedelta(parse_duration(text))
    return _primitive(primitive)


def _struct(text: str) -> core.Literal:
    literal = core.Literal()
    try:
        Parse(json.dumps(json.loads(text)), literal.scalar.generic)
    except ParseError as error:
        raise FlyteValueException(f"it holds no JSON object: {error}") from error
    literal.scalar.generic.SetInParent()
    return literal


_READERS: dict[int, Callable[[str], core.Literal]] = {
    core.SimpleType.INTEGER: lambda text: _primitive(core.Primitive(integer=int(text))),
    core.SimpleType.FLOAT: lambda text: _primitive(core.Primitive(float_value=float(text))),
    core.SimpleType.BOOLEAN: _boolean,
    core.SimpleType.STRING: lambda text: _primitive(core.Primitive(string_value=text)),
    core.SimpleType.DATETIME: _datetime,
    core.SimpleType.DURATION: _duration,
    core.SimpleType.STRUCT: _struct,
}

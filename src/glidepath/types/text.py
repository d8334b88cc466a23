"""Text and plain input data from people: command-line options, input files, stdin. One converter for all of them.

Rules: ``None`` and ``null`` for optionals; unions try their members in declared order (``str`` and untyped ones last, since
they take anything) and report each failure; instants know ``now``, ``today`` and sums; containers are JSON, or the path of a
JSON or YAML file; files and directories must exist; URIs pass through untouched.
"""

from __future__ import annotations

import importlib
import json
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from glidepath.errors import FlyteException, FlyteTypeException, FlyteValueException
from glidepath.idl import core
from glidepath.storage.uris import is_remote, local_path
from glidepath.types.choices import LiteralTransformer
from glidepath.types.collections import DictTransformer, ListTransformer
from glidepath.types.context import DataContext
from glidepath.types.conversion import guess_python_type
from glidepath.types.dataclass import DataclassTransformer, build, fields_of
from glidepath.types.directory import DirectoryTransformer, FlyteDirectory
from glidepath.types.enums import EnumTransformer
from glidepath.types.file import FileTransformer, FlyteFile
from glidepath.types.registry import find, find_codec
from glidepath.types.simple import (
    BoolTransformer,
    DatetimeTransformer,
    DateTransformer,
    FloatTransformer,
    IntTransformer,
    NoneTransformer,
    StrTransformer,
    TimedeltaTransformer,
)
from glidepath.types.structured_dataset import DatasetTransformer, StructuredDataset
from glidepath.types.text_time import parse_day, parse_duration, parse_instant
from glidepath.types.transformer import PlainCodec, is_class, name_of

_NOTHING = ("None", "null")
_TRUE, _FALSE = frozenset({"true", "t", "1", "yes", "y", "on"}), frozenset({"false", "f", "0", "no", "n", "off"})
_OBJECT_NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def from_text(text: str, literal_type: core.LiteralType, python_type: Any | None, ctx: DataContext) -> Any:
    """The value that a text stands for.

    ``python_type`` may be missing (an interface fetched from a control plane); it is guessed then. Raises FlyteTypeException or
    FlyteValueException with the reason and the forms that work.
    """
    return _read_text(text, guess_python_type(literal_type) if python_type is None else python_type, ctx)


def from_data(plain: Any, literal_type: core.LiteralType, python_type: Any | None, ctx: DataContext) -> Any:
    """The value that parsed JSON or YAML stands for: texts inside it follow the rules of :func:`from_text`."""
    return _read_data(plain, guess_python_type(literal_type) if python_type is None else python_type, ctx)


def _read_text(text: str, python_type: Any, ctx: DataContext) -> Any:
    origin = get_origin(python_type)
    if origin is Annotated and not find(get_args(python_type)[0]).reads_annotations:
        return _read_text(text, get_args(python_type)[0], ctx)
    if origin in (Union, types.UnionType):
        return _first_member(text, python_type, lambda member: _read_text(text, member, ctx))
    codec = find_codec(python_type)
    if isinstance(codec, LiteralTransformer):
        return _choice(text, python_type, ctx)
    leaf = _LEAVES.get(type(codec))
    if leaf is not None:
        return leaf(text, python_type)
    if isinstance(codec, DatasetTransformer):
        return StructuredDataset(uri=text)
    if _is_container(codec):
        return _read_data(_json_or_file(text, python_type), python_type, ctx)
    return _opaque(text, python_type)


def _read_data(plain: Any, python_type: Any, ctx: DataContext) -> Any:
    origin = get_origin(python_type)
    if origin is Annotated and not find(get_args(python_type)[0]).reads_annotations:
        return _read_data(plain, get_args(python_type)[0], ctx)
    if origin in (Union, types.UnionType):
        fitting = [member for member in get_args(python_type) if find_codec(member).plain_fits(plain, member)]
        order = fitting + [member for member in get_args(python_type) if member not in fitting]
        return _first(order, python_type, lambda member: _read_data(plain, member, ctx))
    codec = find_codec(python_type)
    if isinstance(codec, ListTransformer) and isinstance(plain, list):
        item_type = (get_args(python_type) or (Any,))[0]
        return [_read_data(item, item_type, ctx) for item in plain]
    if isinstance(codec, DictTransformer) and isinstance(plain, dict) and get_args(python_type):
        key_type, value_type = get_args(python_type)
        return {_read_data(key, key_type, ctx): _read_data(item, value_type, ctx) for key, item in plain.items()}
    if isinstance(codec, DataclassTransformer) and isinstance(plain, dict):
        known = {field.name: field.python_type for field in fields_of(python_type)}
        return build(python_type, {name: _read_data(plain[name], kind, ctx) for name, kind in known.items() if name in plain})
    place = plain.get("path", plain.get("uri")) if isinstance(plain, dict) else plain
    if isinstance(place, str) and isinstance(codec, _TEXTUAL):
        return _read_text(place, python_type, ctx)
    return codec.from_plain(plain, python_type, ctx)


def _first_member(text: str, python_type: Any, convert: Callable[[Any], Any]) -> Any:
    members = list(get_args(python_type))
    if type(None) in members:
        if text in _NOTHING:
            return None
        members.remove(type(None))
    return _first(sorted(members, key=_takes_anything), python_type, convert)


def _first(members: list[Any], python_type: Any, convert: Callable[[Any], Any]) -> Any:
    reasons = []
    for member in members:
        try:
            return convert(member)
        except FlyteException as error:
            reasons.append(f"  - {name_of(member)}: {error.message}")
    raise FlyteValueException(f"the input does not read as {name_of(python_type)}:\n" + "\n".join(reasons))


def _takes_anything(member: Any) -> int:
    return 2 if member is Any else int(member is str)


def _is_container(codec: PlainCodec[Any]) -> bool:
    return isinstance(codec, (ListTransformer, DictTransformer, DataclassTransformer)) or (
        getattr(codec, "name", "") in ("Pydantic Transformer", "Protobuf-Transformer")
    )


def _json_or_file(text: str, python_type: Any) -> Any:
    """JSON text, or the content of a JSON or YAML file. Raises FlyteValueException with both reasons."""
    body = text.strip()
    path = Path(body)
    if body[:1] not in "[{" and path.suffix in (".json", ".yaml", ".yml"):
        return read_data_file(path)
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise FlyteValueException(
            f"{text!r} does not read as {name_of(python_type)}: {error}",
            hint="give JSON, such as '[1, 2]' or '{\"a\": 1}', or the path of a .json or .yaml file",
        ) from error


def read_data_file(path: Path) -> Any:
    """The content of a JSON or YAML file. Raises FlyteValueException when it is missing or broken."""
    try:
        content = path.read_text()
    except OSError as error:
        raise FlyteValueException(f"{path} cannot be read: {error.strerror}", hint="check the path") from error
    if path.suffix == ".json":
        try:
            return json.loads(content)
        except json.JSONDecodeError as error:
            raise FlyteValueException(f"{path} is no JSON: {error}") from error
    return parse_yaml(content, str(path))


def parse_yaml(content: str, source: str) -> Any:
    """The data of a YAML (or JSON) text. Raises FlyteValueException that names ``source``."""
    import yaml  # 15 ms to load; only inputs given as files need it

    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise FlyteValueException(f"{source} is no YAML: {error}") from error


def _choice(text: str, python_type: Any, ctx: DataContext) -> Any:
    for choice in get_args(python_type):
        try:
            if _read_text(text, type(choice), ctx) == choice:
                return choice
        except FlyteException:
            continue
    choices = ", ".join(str(choice) for choice in get_args(python_type))
    raise FlyteValueException(f"{text!r} is none of the choices", hint=f"choices: {choices}")


def _opaque(text: str, python_type: Any) -> Any:
    """An object named ``module:attribute``; for ``Any`` also JSON or the text itself."""
    if _OBJECT_NAME.fullmatch(text):
        module, _, attribute = text.partition(":")
        try:
            found: Any = importlib.import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError) as error:
            if python_type is not Any:
                raise FlyteValueException(f"{text!r} names no object: {error}", hint="write module.path:object") from error
        else:
            return found
    if python_type is not Any:
        raise FlyteValueException(
            f"a value of type {name_of(python_type)} cannot be written as text", hint="name an object: module.path:object"
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _number(convert: Callable[[str], Any], name: str) -> Callable[[str, Any], Any]:
    def read(text: str, python_type: Any) -> Any:
        try:
            return convert(text.strip())
        except ValueError as error:
            raise FlyteValueException(f"{text!r} is no {name}") from error

    return read


def _truth(text: str, python_type: Any) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise FlyteValueException(f"{text!r} is neither true nor false", hint="write true or false")
    return word in _TRUE


def _nothing(text: str, python_type: Any) -> None:
    if text not in _NOTHING:
        raise FlyteTypeException(f"{text!r} is not None", hint="write None")


def _member(text: str, python_type: Any) -> Any:
    found = next((member for member in python_type if str(member.value) == text), None)
    if found is None:
        choices = ", ".join(str(member.value) for member in python_type)
        raise FlyteValueException(f"{text!r} is no {name_of(python_type)}", hint=f"choices: {choices}")
    return found


def _file(text: str, python_type: Any) -> Any:
    if not is_remote(text) and not local_path(text).is_file():
        raise FlyteValueException(f"there is no file {text}", hint="check the path; a URI such as s3://… is taken as it is")
    return (python_type if is_class(python_type) and issubclass(python_type, FlyteFile) else FlyteFile)(text)


def _directory(text: str, python_type: Any) -> Any:
    if not is_remote(text) and not local_path(text).is_dir():
        raise FlyteValueException(
            f"there is no directory {text}", hint="check the path; a URI such as s3://… is taken as it is"
        )
    return (python_type if issubclass(python_type, FlyteDirectory) else FlyteDirectory)(text)


_LEAVES: dict[type, Callable[[str, Any], Any]] = {
    IntTransformer: _number(int, "whole number"),
    FloatTransformer: _number(float, "number"),
    BoolTransformer: _truth,
    StrTransformer: lambda text, _: text,
    NoneTransformer: _nothing,
    DatetimeTransformer: lambda text, _: parse_instant(text),
    DateTransformer: lambda text, _: parse_day(text),
    TimedeltaTransformer: lambda text, _: parse_duration(text),
    EnumTransformer: _member,
    FileTransformer: _file,
    DirectoryTransformer: _directory,
}
_TEXTUAL = (
    DatetimeTransformer,
    DateTransformer,
    TimedeltaTransformer,
    FileTransformer,
    DirectoryTransformer,
    DatasetTransformer,
)

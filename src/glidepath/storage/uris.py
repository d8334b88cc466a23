"""What a URI says: its scheme, and the local path of a file URI."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote

from glidepath.errors import FlyteValueException


def scheme_of(uri: str) -> str:
    """The scheme in lower case; ``file`` for a bare path."""
    head, separator, _ = uri.partition("://")
    return head.lower() if separator else "file"


def is_remote(uri: str) -> bool:
    """Whether a URI lies outside this machine's files."""
    return scheme_of(uri) != "file"


def local_path(uri: str) -> Path:
    """The path of a ``file://`` URI or bare path. Raises FlyteValueException for another scheme or another host."""
    if "://" not in uri:
        return Path(uri)
    scheme, _, rest = uri.partition("://")
    if scheme.lower() != "file":
        raise FlyteValueException(f"{uri} is not a local file")
    host, slash, path = rest.partition("/")
    if host not in ("", "localhost") or not slash:
        raise FlyteValueException(f"{uri} names the host {host!r}", hint="a file URI has three slashes: file:///folder/name")
    return Path(unquote("/" + path))


def file_uri(path: Path) -> str:
    """The ``file://`` URI of an absolute path."""
    return "file://" + quote(str(path))


def tail_of(uri: str) -> str:
    """The last part of a URI's path: the file or folder name; empty for a bucket's root."""
    path = uri.partition("://")[2] or uri
    return path.partition("?")[0].rstrip("/").rpartition("/")[2]


def join(base: str, *parts: str) -> str:
    """A URI below another, one slash between the parts."""
    return "/".join([base.rstrip("/"), *(part.strip("/") for part in parts)])

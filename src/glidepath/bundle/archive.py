"""The code archive ``fast<md5>.tar.gz``: the same files give the same bytes and the same name, wherever and whenever.

Members are sorted, dated 1980-01-01, owned by nobody in particular, with mode 0644 or 0755; no PAX headers. The digest in the
name covers paths, contents, links and the executable bit, each with its length in front, so that no two trees share one.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import tarfile
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from glidepath.bundle.selection import SelectedFile, Selection
from glidepath.errors import FlyteValueException

_DATE = 315_532_800  # 1980-01-01 UTC: the earliest that zip files know, which stock flytekit chose too
_LEVEL = 6
_EXECUTABLE, _PLAIN, _LINK = 0o755, 0o644, 0o777
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class CodeArchive:
    """A written code archive."""

    path: Path
    digest: str
    """MD5 of its content in hex; not of its compressed bytes."""
    size: int
    """Of the archive, in bytes."""


def archive_name(digest: str) -> str:
    """The file name of an archive: registration knows code archives by it."""
    return f"fast{digest}.tar.gz"


def write_archive(selection: Selection, folder: Path) -> CodeArchive:
    """Pack a selection into ``folder`` (made if missing); each file is read once, and the archive appears whole or not at all.

    Raises:
        FlyteValueException: a file changed or vanished meanwhile, or two names differ only in how accents are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = _names(selection)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".fast-", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as raw:
            digest = _pack(names, raw)
        path = folder / archive_name(digest)
        Path(temporary).chmod(_PLAIN)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    return CodeArchive(path, digest, path.stat().st_size)


@contextlib.contextmanager
def plain_tar(raw: IO[bytes]) -> Iterator[tarfile.TarFile]:
    """A compressed tar on a stream, without anything in it that tells when, where and by whom it was made."""
    with (
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=_LEVEL, mtime=0) as zipped,
        io.BufferedWriter(zipped, _CHUNK) as buffered,  # tarfile writes in small pieces
        tarfile.open(fileobj=buffered, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        yield tar


def content_digest(selection: Selection) -> str:
    """The digest of an archive without writing it."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a file of a folder
        return _pack(_names(selection), nowhere)


def _names(selection: Selection) -> dict[str, SelectedFile]:
    """The files by their names in the archive, which are in Unicode's composed form, whatever the file system wrote."""
    names: dict[str, SelectedFile] = {}
    for file in selection.files:
        name = unicodedata.normalize("NFC", file.name)
        if name in names:
            raise FlyteValueException(
                f"{names[name].path} and {file.path} have the same name, written in two ways", hint="rename one of them"
            )
        names[name] = file
    return dict(sorted(names.items()))


def _pack(names: dict[str, SelectedFile], raw: IO[bytes]) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with plain_tar(raw) as tar:
        for name, file in names.items():
            for part in _add(tar, name, file):
                digest.update(part)
    return digest.hexdigest()


def _add(tar: tarfile.TarFile, name: str, file: SelectedFile) -> Iterator[bytes]:
    """Write one member; yields what the digest is to cover."""
    member = tarfile.TarInfo(name)
    member.mtime = _DATE
    if file.link is not None:
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, file.link, _LINK
        tar.addfile(member)
        yield _framed(name, "link", file.link)
        return
    try:
        with file.path.open("rb") as content:
            found = os.fstat(content.fileno())
            member.size = found.st_size
            member.mode = _EXECUTABLE if found.st_mode & 0o100 else _PLAIN
            yield _framed(name, oct(member.mode), str(member.size))
            copy = hashlib.md5(usedforsecurity=False)
            tar.addfile(member, _Watched(content, copy))
            yield copy.digest()
    except OSError as error:
        raise FlyteValueException(
            f"{file.path} cannot be packed: {error.strerror or 'it changed meanwhile'}", hint="run the command again"
        ) from error


class _Watched:
    """A file that tells a hash what is read from it."""

    def __init__(self, content: IO[bytes], digest: hashlib._Hash) -> None:
        self._content = content
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        chunk = self._content.read(size)
        self._digest.update(chunk)
        return chunk


def _framed(*texts: str) -> bytes:
    """Texts as bytes, the length in front of each: ``ab``, ``c`` and ``a``, ``bc`` differ."""
    parts = [text.encode("utf-8", "surrogateescape") for text in texts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)

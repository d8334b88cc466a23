"""Collect what is to be registered: files, globs, folders, and archives, local or from the web.

An archive is only read, never extracted: of its members, ``.pb`` files are kept in memory and the code bundle goes to a
temporary file. Anything hostile or unexpected in it is refused before a byte is registered: links, devices, absolute paths
and ``..``, more than the allowed sizes, two members of one name, damage anywhere up to the compressor's checksum.
"""

from __future__ import annotations

import glob
import gzip
import lzma
import shutil
import tarfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from glidepath.errors import FlyteDownloadDataException, FlyteValueException

LARGEST_PROTO = 64 * 1024 * 1024
LARGEST_BUNDLE = 8 * 1024 * 1024 * 1024
MOST_MEMBERS = 100_000
MOST_PADDING = 1024 * 1024
"""Zeros behind the last member; `tar` writes less than 10 KiB."""
_EXTENSIONS = (".tar", ".tgz", ".tar.gz")
_SECONDS = 60.0
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Source:
    """One file to register."""

    name: str
    """As the result table shows it."""
    data: bytes = b""
    """The content of a ``.pb`` file."""
    bundle: Path | None = None
    """Where the code bundle lies, for ``fast….tar.gz``."""

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.name).name


def collect(arguments: Sequence[str], archive: bool, folder: Path) -> list[Source]:
    """The files that arguments name, sorted by name as their numbers want it. ``folder`` takes downloads and bundles.

    Raises FlyteValueException for files that do not belong into a package, and for archives that are unfit or hostile.
    """
    if archive:
        sources = [source for argument in arguments for source in _from_archive(argument, folder)]
    else:
        sources = [source for argument in arguments for source in _from_files(argument)]
    if not sources:
        raise FlyteValueException(
            f"nothing to register in {' '.join(arguments)}", hint="pyflyte package writes what belongs there"
        )
    return sources


def _is_bundle(name: str) -> bool:
    return name.startswith("fast") and name.endswith(".tar.gz")


def _check_name(path: str) -> None:
    name = PurePosixPath(path).name
    if not name.endswith(".pb") and not _is_bundle(name):
        raise FlyteValueException(
            f"input package have some invalid files. try to run pyflyte package again {path}",
            hint="a package holds .pb files and fast….tar.gz only; add --archive to register an archive",
        )


def _from_files(argument: str) -> list[Source]:
    paths = sorted(glob.glob(argument)) or [argument]  # noqa: PTH207 - a pattern may be absolute
    if len(paths) == 1 and Path(paths[0]).is_dir():
        paths = sorted(str(path) for path in Path(paths[0]).iterdir() if path.is_file())
    return [_from_file(path) for path in paths]


def _from_file(path: str) -> Source:
    _check_name(path)
    try:
        if _is_bundle(Path(path).name):
            Path(path).stat()
            return Source(path, bundle=Path(path))
        if Path(path).stat().st_size > LARGEST_PROTO:
            raise FlyteValueException(
                f"{path} is larger than {LARGEST_PROTO} bytes", hint="is it a file that pyflyte package wrote?"
            )
        return Source(path, data=Path(path).read_bytes())
    except OSError as error:
        raise FlyteValueException(f"{path} cannot be read: {error.strerror}", hint="check the path") from error


def _from_archive(argument: str, folder: Path) -> list[Source]:
    if not argument.split("?", maxsplit=1)[0].endswith(_EXTENSIONS):
        raise FlyteValueException("only .tar, .tar.gz and .tgz extension archives are supported", where=argument)
    path = _downloaded(argument, folder) if argument.startswith(("http://", "https://")) else Path(argument)
    try:
        # Not tarfile's stream mode, which is blind to a wrong checksum of the compressor's.
        with tarfile.open(path, mode="r:*") as archive:
            sources = list(_members(archive, argument, folder))
            _check_rest(archive)
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise FlyteValueException(
            f"{argument} is corrupt or no tar archive: {_reason(error)}",
            hint="nothing was registered; run pyflyte package again, or copy the archive again",
        ) from error
    except OSError as error:
        raise FlyteValueException(f"{argument} cannot be read: {error.strerror or error}", hint="check the path") from error
    names = [source.file_name for source in sources]
    if len(names) != len(set(names)):
        raise _refused(argument, "it holds two files of one name")
    return sorted(sources, key=lambda source: source.name)


def _reason(error: Exception) -> str:
    """What tarfile tried, in one line: of an archive that no compressor knows it gives a line for each."""
    text = str(error)
    return "its first bytes are not those of one" if "\n" in text else text or type(error).__name__


def _check_rest(archive: tarfile.TarFile) -> None:
    """Read behind the last member. tarfile takes a damaged header for the end; and the compressor's checksum comes last."""
    left = MOST_PADDING
    while archive.fileobj is not None and (rest := archive.fileobj.read(_CHUNK)):
        left -= len(rest)
        if rest.strip(b"\0") or left < 0:
            raise tarfile.ReadError("there is something behind its last readable file")


def _members(archive: tarfile.TarFile, argument: str, folder: Path) -> Iterator[Source]:
    for count, member in enumerate(archive):
        if count >= MOST_MEMBERS:
            raise _refused(argument, f"it holds more than {MOST_MEMBERS} files")
        if member.isdir():
            continue
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts:
            raise _refused(argument, f"its file {member.name} would lie outside of it")
        if not member.isfile():
            raise _refused(argument, f"{member.name} in it is a link or a device, not a plain file")
        _check_name(member.name)
        limit = LARGEST_BUNDLE if _is_bundle(path.name) else LARGEST_PROTO
        if member.size > limit:
            raise _refused(argument, f"{member.name} in it is larger than {limit} bytes")
        content = archive.extractfile(member)
        if content is None:
            continue
        yield _kept(content, member.name, folder)


def _refused(argument: str, why: str) -> FlyteValueException:
    return FlyteValueException(
        f"{argument} is refused: {why}",
        hint="nothing was registered; pyflyte package writes no such archive, so ask where this one comes from",
    )


def _kept(content: IO[bytes], name: str, folder: Path) -> Source:
    file_name = PurePosixPath(name).name
    if not _is_bundle(file_name):
        return Source(name, data=content.read())
    bundle = folder / file_name
    with bundle.open("wb") as out:
        shutil.copyfileobj(content, out, _CHUNK)
    return Source(name, bundle=bundle)


def _downloaded(url: str, folder: Path) -> Path:
    path = folder / f"download{''.join(PurePosixPath(url.split('?', maxsplit=1)[0]).suffixes[-2:])}"
    try:
        # The caller has checked that it is http or https.
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer, path.open("wb") as out:  # noqa: S310
            left = LARGEST_BUNDLE
            while chunk := answer.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise FlyteValueException(f"the archive is larger than {LARGEST_BUNDLE} bytes", where=url)
                out.write(chunk)
    except urllib.error.HTTPError as error:
        raise FlyteDownloadDataException(
            f"the archive cannot be downloaded: HTTP {error.code} {error.reason}", where=url
        ) from error
    except OSError as error:
        raise FlyteDownloadDataException(
            f"the archive cannot be downloaded: {error}", where=url, hint="check the address"
        ) from error
    return path

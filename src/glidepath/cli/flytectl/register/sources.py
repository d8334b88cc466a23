"""Collect what is to be registered: files, globs, folders, and archives, local or from the web.

An archive is only read, never extracted: of its members, ``.pb`` files are kept in memory and the code bundle goes to a
temporary file. Anything hostile or unexpected in it is refused before a byte is registered: links, devices, absolute paths
and ``..``, more than the allowed sizes, two members of one name.
"""

from __future__ import annotations

import glob
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
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|*") as archive:
            sources = list(_members(archive, folder))
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise FlyteValueException(
            f"{argument} is not a complete tar archive: {error}", hint="run pyflyte package again"
        ) from error
    except OSError as error:
        raise FlyteValueException(f"{argument} cannot be read: {error.strerror or error}", hint="check the path") from error
    names = [source.file_name for source in sources]
    if len(names) != len(set(names)):
        raise FlyteValueException("the archive holds two files of one name", where=argument, hint="run pyflyte package again")
    return sorted(sources, key=lambda source: source.name)


def _members(archive: tarfile.TarFile, folder: Path) -> Iterator[Source]:
    for count, member in enumerate(archive):
        if count >= MOST_MEMBERS:
            raise FlyteValueException(f"the archive holds more than {MOST_MEMBERS} files", hint="it is no package")
        if member.isdir():
            continue
        path = PurePosixPath(member.name)
        if not member.isfile() or path.is_absolute() or ".." in path.parts:
            raise FlyteValueException(
                f"the archive is hostile or broken: {member.name} is no plain file inside it", hint="nothing was registered"
            )
        _check_name(member.name)
        limit = LARGEST_BUNDLE if _is_bundle(path.name) else LARGEST_PROTO
        if member.size > limit:
            raise FlyteValueException(
                f"{member.name} in the archive is larger than {limit} bytes", hint="nothing was registered"
            )
        content = archive.extractfile(member)
        if content is None:
            continue
        yield _kept(content, member.name, folder)


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

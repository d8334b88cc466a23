"""Archives from elsewhere, unpacked as if they were hostile.

A member may not leave the target folder, by name or through a link; devices, pipes and sockets are refused; so is an archive
that holds too many members, unpacks to too much, or claims to be what no real code bundle is: a bomb.
"""

from __future__ import annotations

import gzip
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from glidepath.errors import FlyteValueException
from glidepath.storage.system_errors import cannot_write, not_found

_MEBIBYTE = 1024 * 1024
_CHUNK = _MEBIBYTE


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold at most."""

    total_bytes: int = 4096 * _MEBIBYTE
    members: int = 200_000
    ratio: int = 200
    """Unpacked bytes per packed byte; only judged beyond ``ratio_floor`` unpacked bytes."""
    ratio_floor: int = 64 * _MEBIBYTE


def extract_archive(archive: Path, folder: Path, limits: ArchiveLimits | None = None) -> None:
    """Unpack a tar (plain or compressed) into ``folder``, which is made if it is missing.

    Files get mode 0644 or 0755, folders 0755, whatever the archive says of owners and of set-user-id bits. Raises
    :class:`~glidepath.errors.FlyteValueException` for an archive that is corrupt or hostile, FlyteDataNotFoundException when
    there is none, FlyteUploadDataException when the disk does not take it; what was unpacked until then stays, so unpack into
    a folder that can be thrown away.
    """
    limits = limits or ArchiveLimits()
    if not archive.is_file():
        raise not_found(str(archive))
    root = folder.resolve()
    budget = _Budget(limits, max(1, archive.stat().st_size), str(archive))
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "r:*") as tar:
            for member in _members(tar, budget):
                _extract(tar, member, root, budget)
            # The compressor's own checksum stands at the very end: an archive cut off behind its last member is corrupt, too.
            while tar.fileobj is not None and (rest := tar.fileobj.read(_CHUNK)):
                budget.take(len(rest))
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError) as error:
        raise FlyteValueException(f"the archive is corrupt: {error}", where=str(archive)) from error
    except OSError as error:
        raise cannot_write(str(folder), error) from error


class _Budget:
    """Counts what comes out of an archive and stops it when it is too much."""

    def __init__(self, limits: ArchiveLimits, packed: int, where: str) -> None:
        self.where = where
        self._limits = limits
        self._packed = packed
        self._bytes = 0
        self._members = 0

    def member(self) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise self.refusal(f"it holds more than {self._limits.members} members")

    def take(self, count: int) -> None:
        self._bytes += count
        if self._bytes > self._limits.total_bytes:
            raise self.refusal(f"it unpacks to more than {self._limits.total_bytes} bytes")
        if self._bytes > self._limits.ratio_floor and self._bytes > self._limits.ratio * self._packed:
            raise self.refusal(f"it unpacks to more than {self._limits.ratio} times its size")

    def refusal(self, why: str) -> FlyteValueException:
        return FlyteValueException(f"the archive is refused: {why}", where=self.where)


def _members(tar: tarfile.TarFile, budget: _Budget) -> Iterator[tarfile.TarInfo]:
    for member in tar:
        budget.member()
        yield member


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path, budget: _Budget) -> None:
    if member.isdir() and not PurePosixPath(member.name).parts:
        return  # "./", as `tar -C folder .` writes it
    target = _target(member.name, root, budget)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if not _inside(target.parent, root):
        raise budget.refusal(f"{member.name!r} leads out of the folder through a link")
    target.unlink(missing_ok=True)
    if member.issym():
        _link(member, target, root, budget)
    elif member.islnk():
        source = _target(member.linkname, root, budget)
        if not source.is_file() or not _inside(source, root):
            raise budget.refusal(f"{member.name!r} is a hard link to {member.linkname!r}, which is not a file of it")
        os.link(source.resolve(), target)
    elif member.isfile():
        _write(tar, member, target, budget)
    else:
        raise budget.refusal(f"{member.name!r} is a device or a pipe")


def _target(name: str, root: Path, budget: _Budget) -> Path:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    windows_drive = bool(parts) and len(parts[0]) == 2 and parts[0].endswith(":")
    if not parts or ".." in parts or parts[0] == "/" or windows_drive or "\0" in name:
        raise budget.refusal(f"{name!r} is no path below the folder")
    return root.joinpath(*parts)


def _link(member: tarfile.TarInfo, target: Path, root: Path, budget: _Budget) -> None:
    leads_to = Path(os.path.normpath(target.parent / member.linkname))
    if PurePosixPath(member.linkname).is_absolute() or not _inside(leads_to, root):
        raise budget.refusal(f"{member.name!r} is a link to {member.linkname!r}, outside of the folder")
    target.symlink_to(member.linkname)


def _inside(path: Path, root: Path) -> bool:
    resolved = path.resolve()
    return resolved == root or root in resolved.parents


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, budget: _Budget) -> None:
    source = tar.extractfile(member)
    if source is None:
        raise budget.refusal(f"{member.name!r} has no content")
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            budget.take(len(chunk))
            file.write(chunk)
    target.chmod(0o755 if member.mode & 0o100 else 0o644)

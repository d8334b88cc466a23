"""The package that ``pyflyte package`` writes and ``flytectl register files`` reads: numbered ``.pb`` files, and code.

Names and order: flytekit.md, 1.5. Errors of unfit packages: flytectl-and-admin.md, A8.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from google.protobuf.message import DecodeError

from glidepath.authoring.specs import Spec
from glidepath.bundle.archive import CodeArchive, plain_tar
from glidepath.errors import FlyteValueException
from glidepath.idl import admin
from glidepath.storage.archives import extract_archive

PackageMessage: TypeAlias = "admin.TaskSpec | admin.WorkflowSpec | admin.LaunchPlan"

_DATE = 315_532_800  # 1980-01-01 UTC, as in code archives
_KIND = re.compile(r"_([1-3])\.pb$")
_MESSAGES: tuple[type[admin.TaskSpec] | type[admin.WorkflowSpec] | type[admin.LaunchPlan], ...] = (
    admin.TaskSpec,
    admin.WorkflowSpec,
    admin.LaunchPlan,
)


@dataclass(frozen=True)
class PackageEntry:
    """One ``.pb`` file of a package."""

    name: str
    message: PackageMessage


@dataclass(frozen=True)
class Package:
    """What a package holds: entries in the order of registration, and the code archive if there is one."""

    entries: tuple[PackageEntry, ...]
    archive: Path | None


def file_names(specs: Sequence[Spec]) -> list[str]:
    """``<index>_<name>_<kind>.pb`` for each spec; the index is as wide as the largest needs."""
    width = math.ceil(math.log10(len(specs))) if specs else 0
    return [
        # A launch plan may have a slash in its name; the id inside the file keeps it.
        f"{index:0{width or 1}d}_{spec.id.name.replace('/', '-')}_{spec.id.resource_type:d}.pb"
        for index, spec in enumerate(specs)
    ]


def write_package(target: Path, specs: Sequence[Spec], archive: CodeArchive | None = None) -> None:
    """Write a ``.tgz`` whole or not at all; equal specs and code give equal bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".package-", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as raw, plain_tar(raw) as tar:
            for name, spec in zip(file_names(specs), specs, strict=True):
                content = spec.to_bytes()
                tar.addfile(_member(name, len(content)), io.BytesIO(content))
            if archive is not None:
                with archive.path.open("rb") as code:
                    tar.addfile(_member(archive.path.name, archive.size), code)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def write_folder(folder: Path, specs: Sequence[Spec]) -> list[Path]:
    """Write the ``.pb`` files of a package into a folder, as ``pyflyte serialize`` does; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, spec in zip(file_names(specs), specs, strict=True):
        path = folder / name
        path.write_bytes(spec.to_bytes())
        paths.append(path)
    return paths


def read_package(package: Path, folder: Path) -> Package:
    """Unpack a package into ``folder`` and read its messages. The package may come from anywhere.

    Raises:
        FlyteValueException: the archive is corrupt or hostile, or holds files that do not belong into a package.
    """
    extract_archive(package, folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    unfit = [path.relative_to(folder).as_posix() for path in paths if not _is_code(path.name) and path.suffix != ".pb"]
    if unfit:
        raise FlyteValueException(
            f"input package have some invalid files. try to run pyflyte package again [{' '.join(unfit)}]",
            hint="a package holds .pb files and fast….tar.gz only",
        )
    entries = tuple(PackageEntry(path.name, _read(path)) for path in paths if path.suffix == ".pb")
    return Package(entries, next((path for path in paths if _is_code(path.name)), None))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size, _DATE
    return member


def _is_code(name: str) -> bool:
    return name.startswith("fast") and name.endswith(".tar.gz")


def _read(path: Path) -> PackageMessage:
    """The message of a file: of the kind that its name says, else of the first kind that fits."""
    content = path.read_bytes()
    failures = []
    for kind in _kinds(path.name):
        try:
            return kind.FromString(content)
        except DecodeError as error:
            failures.append(str(error))
    raise FlyteValueException(f"failed unmarshalling file {path.name}. Errors: {'; '.join(failures)}")


def _kinds(name: str) -> Iterator[type[admin.TaskSpec] | type[admin.WorkflowSpec] | type[admin.LaunchPlan]]:
    match = _KIND.search(name)
    if match is not None:
        yield _MESSAGES[int(match[1]) - 1]
    else:
        yield from _MESSAGES

"""The package that ``pyflyte package`` writes and ``flytectl register files`` reads: numbered ``.pb`` files, and code.

Names and order: flytekit.md, 1.5.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glidepath.authoring.specs import Spec
from glidepath.bundle.archive import CodeArchive, plain_tar

_DATE = 315_532_800  # 1980-01-01 UTC, as in code archives


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


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size, _DATE
    return member

"""Files of this machine as objects: standard library only, every write atomic.

A new object is written beside its place under a hidden temporary name and renamed; readers never see half of it, and two
writers cannot mix their bytes.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from glidepath.storage.protocol import ObjectInfo
from glidepath.storage.system_errors import cannot_read, cannot_write, not_found
from glidepath.storage.uris import file_uri, local_path

_TEMPORARY_PREFIX = ".glidepath-"


class FileStorage:
    """The ``file`` scheme and bare paths. Metadata of objects is not kept: a file has no place for it."""

    schemes = ("file",)

    def get(self, uri: str) -> bytes:
        path = local_path(uri)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise not_found(uri) from error
        except OSError as error:
            raise cannot_read(uri, error) from error

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        def write(temporary: Path) -> None:
            temporary.write_bytes(data)

        write_atomically(local_path(uri), write)

    def stat(self, uri: str) -> ObjectInfo | None:
        path = local_path(uri)
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise cannot_read(uri, error) from error
        if not path.is_file():
            return None
        return _info(uri if "://" in uri else file_uri(path), status)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        root = local_path(prefix)
        paths = []
        for folder, _, names in os.walk(root):
            paths += [Path(folder, name) for name in names if not name.startswith(_TEMPORARY_PREFIX)]
        for path in sorted(paths, key=lambda path: path.relative_to(root).as_posix()):
            with contextlib.suppress(FileNotFoundError):  # removed since the walk, or a dangling link
                uri = f"{prefix.rstrip('/')}/{path.relative_to(root).as_posix()}" if "://" in prefix else file_uri(path)
                yield _info(uri, path.stat())

    def delete(self, uri: str) -> None:
        try:
            local_path(uri).unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(uri, error) from error

    def download(self, uri: str, path: Path) -> None:
        source = local_path(uri)
        if not source.is_file():
            raise not_found(uri)
        copy_file(source, path)

    def upload(self, path: Path, uri: str) -> None:
        copy_file(path, local_path(uri))

    def download_tree(self, uri: str, path: Path) -> None:
        source = local_path(uri)
        if not source.is_dir():
            raise not_found(uri)
        self._copy_tree(source, path)

    def upload_tree(self, path: Path, uri: str) -> None:
        if not path.is_dir():
            raise not_found(str(path))
        self._copy_tree(path, local_path(uri))

    def _copy_tree(self, source: Path, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        for folder, _, names in os.walk(source):
            for name in sorted(names):
                path = Path(folder, name)
                copy_file(path, target / path.relative_to(source))


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes; the target appears whole. Raises FlyteUploadDataException, FlyteDataNotFoundException."""
    if not source.is_file():
        raise not_found(str(source))
    import shutil  # 2 ms to load (it brings the compressors), and most programs copy nothing

    write_atomically(target, lambda temporary: shutil.copyfile(source, temporary))


def write_atomically(target: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file beside ``target``, then rename it into place; parents are made.

    Raises FlyteUploadDataException when the disk is full, the folder is read-only and the like; nothing is left behind.
    """
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f"{_TEMPORARY_PREFIX}{os.urandom(8).hex()}"
        write(temporary)
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise cannot_write(str(target), error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _info(uri: str, status: os.stat_result) -> ObjectInfo:
    modified = datetime.fromtimestamp(status.st_mtime, timezone.utc)
    return ObjectInfo(uri, status.st_size, modified, f"{status.st_mtime_ns:x}-{status.st_size:x}")

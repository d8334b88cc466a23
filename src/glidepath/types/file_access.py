"""Files for plug-in code: what flytekit calls ``ctx.file_access``, over the storage of the running task."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from glidepath.idl import paths
from glidepath.storage.uris import is_remote, local_path
from glidepath.types.context import DataContext


class FileAccessProvider:
    """Reads and writes files by URI, and makes up places for new ones. Paths and URIs are texts."""

    def __init__(self, data: DataContext) -> None:
        self._data = data

    @property
    def raw_output_prefix(self) -> str:
        """The URI below which the task's own files go."""
        return self._data.raw_output_prefix

    @property
    def local_sandbox_dir(self) -> Path:
        """A folder of this run."""
        self._data.local_dir.mkdir(parents=True, exist_ok=True)
        return self._data.local_dir

    def is_remote(self, path: str | os.PathLike[str]) -> bool:
        """Whether a path is a URI of a store and no file of this machine."""
        return is_remote(str(path))

    def exists(self, path: str) -> bool:
        """Whether there is a file, or a folder with something in it."""
        if not self.is_remote(path):
            return local_path(path).exists()
        return self._data.storage.stat(path) is not None or next(iter(self._data.storage.list(path)), None) is not None

    def get_random_string(self) -> str:
        """32 hex digits."""
        return os.urandom(16).hex()

    def join(self, *parts: str) -> str:
        """Parts of a URI as one."""
        return paths.join(*parts)

    def get_random_local_path(self, file_path_or_file_name: str | None = None) -> str:
        """A fresh path, its parent made; with a name, the path ends in it."""
        return str(self._data.new_path(Path(file_path_or_file_name).name if file_path_or_file_name else ""))

    def get_random_local_directory(self) -> str:
        """A fresh folder, made."""
        path = self._data.new_path()
        path.mkdir()
        return str(path)

    def get_random_remote_path(self, file_path_or_file_name: str | None = None) -> str:
        """A fresh URI below the raw output prefix; with a name, the URI ends in it."""
        return self._data.new_uri(Path(file_path_or_file_name).name if file_path_or_file_name else "")

    def get_random_remote_directory(self) -> str:
        """A fresh URI below the raw output prefix."""
        return self._data.new_uri()

    def put_raw_data(self, lpath: Any, upload_prefix: str | None = None, file_name: str | None = None, **_metadata: Any) -> str:
        """Write a file, a folder, bytes or an open binary file below the raw output prefix; gives back its URI."""
        base = f"{self.raw_output_prefix.rstrip('/')}/{upload_prefix or self.get_random_string()}"
        if isinstance(lpath, (str, os.PathLike)):
            path = Path(lpath)
            uri = paths.join(base, file_name or path.name)
            self.put_data(path, uri, is_multipart=path.is_dir())
            return uri
        uri = paths.join(base, file_name or "data")
        self._data.storage.put(uri, lpath if isinstance(lpath, bytes) else lpath.read())
        return uri

    def get_data(self, remote_path: str, local_path: str | os.PathLike[str], is_multipart: bool = False) -> None:
        """Bring a file, or with ``is_multipart`` all files below a prefix, to this machine."""
        target = Path(local_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_multipart:
            target.mkdir(exist_ok=True)
            self._data.storage.download_tree(remote_path, target)
        else:
            self._data.storage.download(remote_path, target)

    def put_data(self, local_path: str | os.PathLike[str], remote_path: str, is_multipart: bool = False) -> str:
        """Write a file, or with ``is_multipart`` a folder's files, to a store; gives back the URI."""
        if is_multipart:
            self._data.storage.upload_tree(Path(local_path), remote_path)
        else:
            self._data.storage.upload(Path(local_path), remote_path)
        return remote_path

    def download(self, remote_path: str, local_path: str) -> None:
        """:meth:`get_data` of one file."""
        self.get_data(remote_path, local_path)

    def download_directory(self, remote_path: str, local_path: str) -> None:
        """:meth:`get_data` of a folder."""
        self.get_data(remote_path, local_path, is_multipart=True)

    def upload(self, file_path: str, to_path: str) -> None:
        """:meth:`put_data` of one file."""
        self.put_data(file_path, to_path)

    def upload_directory(self, local_path: str, remote_path: str) -> None:
        """:meth:`put_data` of a folder."""
        self.put_data(local_path, remote_path, is_multipart=True)

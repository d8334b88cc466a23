"""The platform's store as a client without its credentials reaches it: written through the data proxy, read directly."""

from __future__ import annotations

import hashlib
import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from glidepath.clients.friendly import Client
from glidepath.clients.upload import Destination
from glidepath.errors import FlyteUploadDataException
from glidepath.idl import service
from glidepath.storage import ObjectInfo, Storage
from glidepath.types import DataContext

_CONCURRENT_UPLOADS = 8
_PROBE = "probe"


class ProxyStorage:
    """A storage whose writes are signed by the control plane; reads go to ``direct``.

    The server chooses addresses. So the first write asks it where a folder of this storage lies, and every URI is made
    below that folder. Nothing is asked while nothing is written.
    """

    def __init__(self, client: Client, project: str, domain: str, direct: Storage) -> None:
        self._client = client
        self._project = project
        self._domain = domain
        self._direct = direct
        self._root = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._prefix = ""

    @property
    def prefix(self) -> str:
        """The URI of the folder below which this storage writes, without a slash at the end."""
        with self._lock:
            if not self._prefix:
                location = self._client.raw.create_upload_location(
                    service.CreateUploadLocationRequest(
                        project=self._project,
                        domain=self._domain,
                        filename=_PROBE,
                        filename_root=self._root,
                        content_md5=hashlib.md5(b"", usedforsecurity=False).digest(),
                    )
                )
                self._prefix = location.native_url.removesuffix(f"/{_PROBE}")
            return self._prefix

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        """Write one object. Metadata is not sent: a signed address fixes its headers."""
        with tempfile.NamedTemporaryFile(prefix="glidepath-") as file:
            file.write(data)
            file.flush()
            self.upload(Path(file.name), uri)

    def upload(self, path: Path, uri: str) -> None:
        tail = uri.removeprefix(f"{self.prefix}/")
        if tail == uri:
            raise FlyteUploadDataException(f"{uri} is not below {self.prefix}", hint="only the server chooses where uploads go")
        placed = self._client.upload(path, Destination(self._project, self._domain, tail, self._root))
        if placed != uri:
            raise FlyteUploadDataException(f"the server put {path.name} at {placed} instead of {uri}")

    def upload_tree(self, path: Path, uri: str) -> None:
        files = [file for file in sorted(path.rglob("*")) if file.is_file()]
        with ThreadPoolExecutor(max_workers=_CONCURRENT_UPLOADS, thread_name_prefix="upload") as pool:
            list(pool.map(lambda file: self.upload(file, f"{uri}/{file.relative_to(path).as_posix()}"), files))

    def get(self, uri: str) -> bytes:
        return self._direct.get(uri)

    def stat(self, uri: str) -> ObjectInfo | None:
        return self._direct.stat(uri)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return self._direct.list(prefix)

    def delete(self, uri: str) -> None:
        self._direct.delete(uri)

    def download(self, uri: str, path: Path) -> None:
        self._direct.download(uri, path)

    def download_tree(self, uri: str, path: Path) -> None:
        self._direct.download_tree(uri, path)


@dataclass(frozen=True)
class ProxyContext(DataContext):
    """A conversion's surroundings whose fresh URIs lie where the server lets us write.

    ``raw_output_prefix`` is asked for only when the first URI is needed.
    """

    def new_uri(self, tail: str = "") -> str:
        if not isinstance(self.storage, ProxyStorage):
            return super().new_uri(tail)
        base = f"{self.storage.prefix}/{uuid.uuid4().hex}"
        return f"{base}/{tail}" if tail else base


def proxy_context(client: Client, project: str, domain: str, direct: Storage) -> DataContext:
    """The surroundings for values that go to a control plane."""
    folder = Path(tempfile.gettempdir()) / f"glidepath-{uuid.uuid4().hex}"
    return ProxyContext(ProxyStorage(client, project, domain, direct), raw_output_prefix="", local_dir=folder)

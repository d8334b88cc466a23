"""Object stores: S3 (and what speaks it), Google Cloud Storage, Azure Blob Storage. By obstore, loaded with this module.

Settings come from :class:`~glidepath.storage.router.StorageConfig`, from stock flytekit's variables (``FLYTE_AWS_ENDPOINT``,
``FLYTE_AWS_ACCESS_KEY_ID``, ``FLYTE_AWS_SECRET_ACCESS_KEY``, ``FLYTE_AZURE_STORAGE_*``), and from the stores' own (``AWS_*``,
``GOOGLE_*``, ``AZURE_*``), in this order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import AzureStore, GCSStore, S3Store

from glidepath.errors import FlyteDownloadDataException, FlyteUploadDataException, FlyteValueException
from glidepath.storage.file import write_atomically
from glidepath.storage.protocol import ObjectInfo, Storage
from glidepath.storage.system_errors import cannot_read, not_found
from glidepath.storage.trees import download_tree, upload_tree

_CHUNK_BYTES = 8 * 1024 * 1024
_RETRIES = 5
_RETRY_TIME = timedelta(seconds=60)
_ENVIRONMENT = {
    "s3": {
        "endpoint": ("FLYTE_AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
        "access_key_id": ("FLYTE_AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
        "secret_access_key": ("FLYTE_AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
        "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    },
    "gs": {},
    "abfs": {
        "account_name": ("FLYTE_AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_NAME"),
        "account_key": ("FLYTE_AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCOUNT_KEY"),
        "client_id": ("AZURE_CLIENT_ID",),
        "client_secret": ("AZURE_CLIENT_SECRET",),
        "tenant_id": ("AZURE_TENANT_ID",),
    },
}
_HINTS = (
    ("PermissionDenied", "the credentials may not do this: check the bucket's policy"),
    ("Unauthenticated", "set credentials, e.g. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or GOOGLE_APPLICATION_CREDENTIALS"),
    ("error sending request", "check the endpoint (FLYTE_AWS_ENDPOINT) and the network"),
    ("NoSuchBucket", "make the bucket, or correct its name"),
)


class ObjectStorage:
    """The buckets of one scheme; a store for each bucket, made on first use and kept."""

    def __init__(self, scheme: str, options: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._scheme = scheme
        self._options = {**_from_environment(scheme, environment), **options}
        self._stores: dict[str, Any] = {}

    def get(self, uri: str) -> bytes:
        store, key = self._at(uri)
        try:
            return bytes(obstore.get(store, key).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise not_found(uri) from error
        except (BaseError, OSError) as error:
            raise _unreadable(uri, error) from error

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        store, key = self._at(uri)
        try:
            obstore.put(store, key, data, attributes=dict(metadata) if metadata else None)
        except (BaseError, OSError) as error:
            raise _unwritable(uri, error) from error

    def stat(self, uri: str) -> ObjectInfo | None:
        store, key = self._at(uri)
        if not key:
            return None
        try:
            return self._info(f"{_bucket_of(uri)}/", obstore.head(store, key))
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise _unreadable(uri, error) from error

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        store, key = self._at(prefix)
        root = f"{_bucket_of(prefix)}/"
        try:
            pages = list(obstore.list(store, key.rstrip("/") or None))
        except (BaseError, OSError) as error:
            raise _unreadable(prefix, error) from error
        found = [self._info(root, meta) for page in pages for meta in page]
        yield from sorted(found, key=lambda info: info.uri)

    def delete(self, uri: str) -> None:
        store, key = self._at(uri)
        try:
            obstore.delete(store, key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise _unwritable(uri, error) from error

    def download(self, uri: str, path: Path) -> None:
        store, key = self._at(uri)
        try:
            found = obstore.get(store, key)
        except (NotFoundError, FileNotFoundError) as error:
            raise not_found(uri) from error
        except (BaseError, OSError) as error:
            raise _unreadable(uri, error) from error

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                stream = found.stream(min_chunk_size=_CHUNK_BYTES)
                while (chunk := _next(stream, uri)) is not None:
                    file.write(chunk)

        write_atomically(path, write)

    def upload(self, path: Path, uri: str) -> None:
        store, key = self._at(uri)
        if not path.is_file():
            raise not_found(str(path))
        try:
            with path.open("rb") as file:
                obstore.put(store, key, file, chunk_size=_CHUNK_BYTES)
        except BaseError as error:
            raise _unwritable(uri, error) from error
        except OSError as error:
            raise cannot_read(str(path), error) from error

    def download_tree(self, uri: str, path: Path) -> None:
        download_tree(self, uri, path)

    def upload_tree(self, path: Path, uri: str) -> None:
        upload_tree(self, path, uri)

    def _at(self, uri: str) -> tuple[Any, str]:
        """The store of a URI's bucket and the key in it. Raises FlyteValueException when it names no bucket."""
        rest = uri.partition("://")[2]
        bucket, _, key = rest.partition("/")
        if not bucket:
            raise FlyteValueException(f"{uri} names no bucket", hint=f"write {self._scheme}://bucket/path")
        if bucket not in self._stores:
            self._stores[bucket] = self._open(bucket)
        return self._stores[bucket], key

    def _open(self, bucket: str) -> Any:
        options = dict(self._options)
        common: Any = {"retry_config": {"max_retries": _RETRIES, "retry_timeout": _RETRY_TIME}}
        if options.get("endpoint", "").startswith("http://"):
            common["client_options"] = {"allow_http": True}
        try:
            if self._scheme == "s3":
                return S3Store(bucket, config=cast("Any", options), **common)
            if self._scheme == "gs":
                return GCSStore(bucket, config=cast("Any", options), **common)
            container, _, account = bucket.partition("@")  # abfs://container@account.dfs.core.windows.net/path
            if account:
                options.setdefault("account_name", account.partition(".")[0])
            return AzureStore(container, config=cast("Any", options), **common)
        except (BaseError, ValueError) as error:
            raise FlyteValueException(f"the store of {self._scheme}://{bucket} cannot be opened: {error}") from error

    def _info(self, root: str, meta: Mapping[str, Any]) -> ObjectInfo:
        etag = meta.get("e_tag")
        return ObjectInfo(root + meta["path"], meta["size"], meta["last_modified"], etag.strip('"') if etag else None)


def create(scheme: str, options: Mapping[str, str]) -> Storage:
    """The storage of ``s3``, ``gs`` or ``abfs``; ``options`` are obstore's settings of that store."""
    return ObjectStorage("abfs" if scheme == "abfss" else scheme, options, os.environ)


def _bucket_of(uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _from_environment(scheme: str, environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for option, names in _ENVIRONMENT[scheme].items():
        value = next((environment[name] for name in names if environment.get(name)), None)
        if value is not None:
            found[option] = value
    if scheme == "s3" and "endpoint" in found:
        found.setdefault("region", "us-east-1")  # MinIO and its like have no regions, but the signature needs one
    return found


def _next(stream: Iterator[Any], uri: str) -> Any | None:
    try:
        return next(stream, None)
    except (BaseError, OSError) as error:
        raise _unreadable(uri, error) from error


def _unreadable(uri: str, error: Exception) -> FlyteDownloadDataException:
    return FlyteDownloadDataException(f"{uri} could not be read: {_reason(error)}", hint=_hint(error))


def _unwritable(uri: str, error: Exception) -> FlyteUploadDataException:
    return FlyteUploadDataException(f"{uri} could not be written: {_reason(error)}", hint=_hint(error))


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _hint(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"
    return next((hint for mark, hint in _HINTS if mark in text), "")

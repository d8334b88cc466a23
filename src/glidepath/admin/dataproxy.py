"""DataProxyService: where a client may put bytes and how it gets them back, without credentials of the store.

Upload and download go over signed URLs of this server's own HTTP side, whatever the store is; the native URL that a task
later reads is the store's (``file:///…`` on the embedded server). Rules and texts: reference, flytectl-and-admin.md, B5.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import string
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.admin.config import Limits
from glidepath.admin.errors import AlreadyExists, InvalidArgument, NotFound
from glidepath.admin.rpc import Call, Service
from glidepath.admin.signing import Grant, Signer
from glidepath.idl import admin, core, flyte_urls, paths, service
from glidepath.storage.protocol import Storage

MD5_BYTES = 16
RANDOM_NAME_LENGTH = 20
MAX_NAME_LENGTH = 512
METADATA_HEADER = "x-amz-meta-flyteContentMD5"
_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class DataProxySettings:
    """Where uploads go and how they are signed."""

    storage_root: str
    public_url: str
    """Scheme, host and port of the HTTP side, as clients reach it."""
    signer: Signer
    limits: Limits
    clock: Callable[[], float]
    """Seconds since the epoch."""
    upload_prefix: str = ""


class DataProxy:
    """The four RPCs. ``admin_service`` answers what the deck and the literals of an execution are."""

    def __init__(self, settings: DataProxySettings, storage: Storage, admin_service: Service) -> None:
        self._settings = settings
        self._storage = storage
        self._admin = admin_service

    def as_service(self) -> Service:
        """The gRPC service."""
        return Service(
            "flyteidl.service.DataProxyService",
            {
                "CreateUploadLocation": self.create_upload_location,
                "CreateDownloadLocation": self.create_download_location,
                "CreateDownloadLink": self.create_download_link,
                "GetData": self.get_data,
            },
        )

    def create_upload_location(
        self, request: service.CreateUploadLocationRequest, call: Call
    ) -> service.CreateUploadLocationResponse:
        """A signed URL for one PUT, and the URI at which tasks will find the object."""
        uri = self._upload_uri(request)
        if request.filename_root and request.filename:
            self._refuse_overwriting(uri, request.content_md5)
        expires = self._expiry(request.expires_in)
        grant = Grant("PUT", uri, expires, request.content_md5, self._settings.limits.upload_bytes)
        response = service.CreateUploadLocationResponse(
            signed_url=self._sign(grant), native_url=uri, expires_at=Timestamp(seconds=expires)
        )
        if request.content_md5:
            encoded = base64.b64encode(request.content_md5).decode()
            response.headers["Content-MD5"] = encoded
            if request.add_content_md5_metadata:
                response.headers[METADATA_HEADER] = encoded
        return response

    def create_download_location(
        self, request: service.CreateDownloadLocationRequest, call: Call
    ) -> service.CreateDownloadLocationResponse:
        """A signed URL for one object. Deprecated in favour of CreateDownloadLink, still used by flytekit."""
        if not request.native_url:
            raise InvalidArgument("missing native_url")
        signed, expires = self._download(request.native_url, request.expires_in)
        return service.CreateDownloadLocationResponse(signed_url=signed, expires_at=expires)

    def create_download_link(
        self, request: service.CreateDownloadLinkRequest, call: Call
    ) -> service.CreateDownloadLinkResponse:
        """A signed URL for the deck of a node execution."""
        if request.artifact_type != service.ArtifactType.Value("ARTIFACT_TYPE_DECK"):
            raise InvalidArgument("invalid value for artifact_type: only ARTIFACT_TYPE_DECK can be downloaded")
        if not request.HasField("node_execution_id"):
            raise InvalidArgument("missing node_execution_id")
        urls = self._deck(request.node_execution_id, request.expires_in, call)
        return service.CreateDownloadLinkResponse(signed_url=urls.signed_url, expires_at=urls.expires_at, pre_signed_urls=urls)

    def get_data(self, request: service.GetDataRequest, call: Call) -> service.GetDataResponse:
        """What a ``flyte://v1/…`` URL names: a literal map, one literal of it, or signed URLs of a deck."""
        try:
            place = flyte_urls.parse(request.flyte_url)
        except ValueError as error:
            raise InvalidArgument(f"invalid value for flyte_url: {error}") from error
        if place.kind == flyte_urls.DECK:
            return service.GetDataResponse(pre_signed_urls=self._deck(place.node, Duration(), call))
        literals = self._literals(place, call)
        if not place.literal:
            return service.GetDataResponse(literal_map=literals)
        if place.literal not in literals.literals:
            raise NotFound(f"no literal {place.literal!r} at {request.flyte_url}; there are {sorted(literals.literals)}")
        return service.GetDataResponse(literal=literals.literals[place.literal])

    def _upload_uri(self, request: service.CreateUploadLocationRequest) -> str:
        if not request.project or not request.domain:
            raise InvalidArgument("project and domain are required parameters")
        if not request.content_md5 and not request.filename_root:
            raise InvalidArgument("content_md5 or filename_root is required")
        if request.content_md5 and len(request.content_md5) != MD5_BYTES:
            raise InvalidArgument(
                f"invalid value for content_md5: an MD5 has {MD5_BYTES} bytes, this one has {len(request.content_md5)}"
            )
        folder = request.filename_root or base64.b32encode(request.content_md5).decode()
        name = request.filename or "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_NAME_LENGTH))
        parts = {"org": request.org, "project": request.project, "domain": request.domain}
        for field, value in (*parts.items(), ("filename_root", folder), ("filename", name)):
            _check_relative(field, value)
        return paths.join(self._settings.storage_root, self._settings.upload_prefix, *parts.values(), folder, name)

    def _refuse_overwriting(self, uri: str, md5: bytes) -> None:
        if self._storage.stat(uri) and (not md5 or stored_md5(self._storage, uri) != md5):
            raise AlreadyExists(f"file already exists at location [{uri}], specify a matching hash if you wish to rewrite")

    def _expiry(self, wanted: Duration) -> int:
        longest = self._settings.limits.signed_url
        asked = timedelta(seconds=wanted.seconds, microseconds=wanted.nanos // 1000)
        if asked > longest:
            raise InvalidArgument(f"invalid value for expires_in: {asked} is longer than {longest}, which this server allows")
        if asked < timedelta():
            raise InvalidArgument(f"invalid value for expires_in: {asked} is negative")
        return int(self._settings.clock() + (asked or longest).total_seconds())

    def _download(self, uri: str, wanted: Duration, content_type: str = "") -> tuple[str, Timestamp]:
        checked = self._inside(uri)
        if not self._storage.stat(checked):
            raise NotFound(f"object not found at {uri}")
        expires = self._expiry(wanted)
        return self._sign(Grant("GET", checked, expires, content_type=content_type)), Timestamp(seconds=expires)

    def _inside(self, uri: str) -> str:
        scheme = urlsplit(uri).scheme
        if scheme in {"http", "https", "flyte"}:
            raise InvalidArgument(f"unexpected scheme {scheme} in {uri}: only objects of the platform's store can be signed")
        root = Path(self._settings.storage_root.removeprefix("file://"))
        if scheme in {"", "file"} and not Path(uri.removeprefix("file://")).resolve().is_relative_to(root.resolve()):
            raise InvalidArgument(f"{uri} is outside of the platform's store")
        return uri

    def _deck(self, node: core.NodeExecutionIdentifier, wanted: Duration, call: Call) -> service.PreSignedURLs:
        execution = self._admin.rpcs["GetNodeExecution"](admin.NodeExecutionGetRequest(id=node), call)
        uri = execution.closure.deck_uri
        if not uri:
            raise NotFound(f"no deckUrl found for node execution {node.node_id} of {node.execution_id.name}")
        signed, expires = self._download(uri, wanted, "text/html; charset=utf-8")
        return service.PreSignedURLs(signed_url=[signed], expires_at=expires)

    def _literals(self, place: flyte_urls.Place, call: Call) -> core.LiteralMap:
        if place.attempt is None:
            request = admin.NodeExecutionGetDataRequest(id=place.node)
            data = self._admin.rpcs["GetNodeExecutionData"](request, call)
            execution = self._admin.rpcs["GetNodeExecution"](admin.NodeExecutionGetRequest(id=place.node), call)
        else:
            execution = self._attempt(place, call)
            data = self._admin.rpcs["GetTaskExecutionData"](admin.TaskExecutionGetDataRequest(id=execution.id), call)
        inputs = place.kind == flyte_urls.INPUTS
        found: core.LiteralMap = data.full_inputs if inputs else data.full_outputs
        uri = execution.input_uri if inputs else execution.closure.output_uri
        if found.literals or not uri or not self._storage.stat(uri):
            return found
        return core.LiteralMap.FromString(self._storage.get(uri))  # larger than what Get…Data inlines

    def _attempt(self, place: flyte_urls.Place, call: Call) -> admin.TaskExecution:
        request = admin.TaskExecutionListRequest(
            node_execution_id=place.node, limit=1, filters=f"eq(task_execution.retry_attempt,{place.attempt})"
        )
        found = self._admin.rpcs["ListTaskExecutions"](request, call).task_executions
        if not found:
            raise NotFound(f"no attempt {place.attempt} of node {place.node.node_id} of {place.node.execution_id.name}")
        execution: admin.TaskExecution = found[0]
        return execution

    def _sign(self, grant: Grant) -> str:
        return self._settings.public_url.rstrip("/") + self._settings.signer.path(grant)


def stored_md5(storage: Storage, uri: str) -> bytes:
    """The MD5 of an object, computed from its bytes: stores keep it in ways too different to trust."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "object"
        storage.download(uri, path)
        digest = hashlib.md5(usedforsecurity=False)
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.digest()


def _check_relative(field: str, value: str) -> None:
    """Names may hold slashes (a folder is uploaded file by file) but never lead out of their folder."""
    if not value and field == "org":
        return
    bad = (
        len(value) > MAX_NAME_LENGTH
        or not value.isprintable()
        or any(character in value for character in "\\?#%")
        or any(part in {"", ".", ".."} for part in value.split("/"))
    )
    if bad:
        raise InvalidArgument(f"invalid value for {field}: {value[:80]!r} is not a plain relative name")

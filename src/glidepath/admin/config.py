"""What a control plane is told when it starts: one frozen value from defaults, a YAML file, the environment and flags.

Keys of the file are those of the stock ``flyteadmin`` where the meaning is the same (reference: flytectl-and-admin.md, B7),
plus a section ``glidepath`` for what stock does not have. ``docs/server-config.md`` is the table below in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from glidepath.storage.uris import is_remote, local_path

DEFAULT_DOMAINS = ("development", "staging", "production")
EMBEDDED_PORT = 30080
GRPC_PORT = 8089
HTTP_PORT = 8088
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, counts, and times beyond which a request is refused."""

    upload_bytes: int = 5 * 1024 * MEBIBYTE
    """The largest object that one signed PUT may carry."""
    signed_url: timedelta = timedelta(hours=1)
    """The longest life of a signed URL; a client may ask for less."""
    message_bytes: int = 32 * MEBIBYTE
    """The largest gRPC message that the server takes (stock: 4 MiB)."""
    inline_bytes: int = 2 * MEBIBYTE
    """Literal maps up to this size are inlined in the answers of Get…Data."""
    workflow_nodes: int = 10_000
    """The most nodes of one workflow, start and end not counted (stock: 100)."""
    parallelism: int = 25
    """How many nodes of one execution run at once when neither launch plan nor request says."""
    cache_age: timedelta = timedelta(0)
    """Cached outputs that are older are not used; zero: however old they are."""


@dataclass(frozen=True)
class ExecutorSettings:
    """How much of this machine the embedded executor may use, and which Python runs which image."""

    cpus: float | None = None
    """Cores that attempts may claim together; None: all of the machine."""
    memory_bytes: int | None = None
    """Memory that attempts may claim together; None: all of the machine."""
    max_eager: int = 64
    """Eager attempts that run at one time at each depth of nesting; they claim neither cores nor memory."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Image name or pattern to the Python executable that stands for it; others use the server's own."""
    log_bytes: int = 64 * MEBIBYTE
    """What is kept of one attempt's output; the middle of more is dropped."""


@dataclass(frozen=True)
class ServerConfig:
    """Everything a control plane is told. Made by :func:`glidepath.admin.settings.load` or directly in tests."""

    data_dir: Path
    """Database, objects, keys, logs; must be writable, belongs to one server at a time."""
    host: str = "localhost"
    """Name or address to listen on; ``localhost`` means 127.0.0.1 and [::1]."""
    grpc_port: int = GRPC_PORT
    http_port: int = HTTP_PORT
    single_port: int | None = None
    """One port for gRPC and HTTP, instead of the two above."""
    any_port: bool = False
    """Take a free port when the wanted one is taken, instead of failing."""
    public_url: str = ""
    """How browsers and uploading clients reach the HTTP side; empty: ``http://localhost:<port>``."""
    database_url: str = ""
    """A SQLAlchemy URL; empty: SQLite in the data folder."""
    storage_root: str = ""
    """URI or folder under which uploads, inputs and outputs are kept; empty: a folder in the data folder."""
    upload_prefix: str = ""
    """Path between the storage root and what clients upload."""
    domains: tuple[str, ...] = DEFAULT_DOMAINS
    limits: Limits = field(default_factory=Limits)
    executor: ExecutorSettings = field(default_factory=ExecutorSettings)

    @property
    def cache_root(self) -> str:
        """Where cached outputs lie that are too big for the database."""
        return f"{self.storage_root}/metadata/cache"

    def resolved(self) -> ServerConfig:
        """The same with an absolute data folder and the defaults that hang on it filled in."""
        data = Path(self.data_dir).expanduser().absolute()
        return replace(
            self,
            data_dir=data,
            database_url=self.database_url or f"sqlite:///{data / 'glidepath.db'}",
            storage_root=_place_of_objects(self.storage_root or str(data / "storage")),
        )


def _place_of_objects(root: str) -> str:
    """The root of every object's URI. Files have bare paths: stock flytekit, in tasks and clients, reads no ``file://`` URI."""
    return root.rstrip("/") if is_remote(root) else str(local_path(root).expanduser().absolute())


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Where the embedded server keeps its data: ``$GLIDEPATH_HOME``, else ``~/.flyte/glidepath``."""
    return Path(environ.get("GLIDEPATH_HOME") or "~/.flyte/glidepath").expanduser()


_DURATION_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def duration(text: str | int | float) -> timedelta:
    """``1h30m``, ``45s`` (Go's notation) or a number of seconds."""
    if isinstance(text, (int, float)):
        return timedelta(seconds=text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text)
    if not parts or "".join(n + unit for n, unit in parts) != text.strip():
        raise ValueError(f"{text!r} is not a duration such as 45s or 1h30m")
    return timedelta(seconds=sum(float(number) * _DURATION_UNITS[unit] for number, unit in parts))


def size(text: str | int) -> int:
    """``200Mi``, ``5G`` (Kubernetes' notation) or a number of bytes."""
    match = re.fullmatch(r"(\d+)\s*([kmgt]i?)?b?", str(text).strip().lower())
    if not match:
        raise ValueError(f"{text!r} is not a size such as 500Mi or 5G")
    return int(match.group(1)) * _SIZE_UNITS[match.group(2) or ""]

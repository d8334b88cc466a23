"""What every service works with: store, storage, configuration, the orchestrator, and the world's clock and dice."""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

from google.protobuf.message import Message

from glidepath.admin.cache.reservations import Slot
from glidepath.admin.config import ServerConfig
from glidepath.admin.store import Store
from glidepath.idl import core, paths
from glidepath.storage.protocol import Storage


class Orchestrator(Protocol):
    """Who runs executions. Called after the commit, from any thread; each must come back at once."""

    def launched(self, execution: core.WorkflowExecutionIdentifier) -> None:
        """A new execution stands in the store, phase UNDEFINED."""
        ...

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str, principal: str) -> None:
        """An execution's phase is ABORTING now; stop its attempts and end it."""
        ...

    def signalled(self, execution: core.WorkflowExecutionIdentifier, signal_id: str, value: core.Literal) -> None:
        """A signal has a value; let the gates go on that wait for it."""
        ...

    def freed(self, slots: Iterable[Slot]) -> None:
        """An engine outside keeps cached outputs now, or gave a reservation back; let the nodes look again that wait for it."""
        ...


def now() -> datetime:
    """The current time, aware."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Context:
    """The ports of the services. ``config`` must be resolved (absolute storage root)."""

    store: Store
    storage: Storage
    config: ServerConfig
    orchestrator: Orchestrator
    clock: Callable[[], datetime] = now
    random_bytes: Callable[[int], bytes] = os.urandom

    @property
    def metadata_root(self) -> str:
        """The URI below which the control plane keeps closures and literals."""
        return paths.join(self.config.storage_root, "metadata", "admin")

    def keep(self, folder: str, message: Message) -> str:
        """Write a message to storage under the hash of its bytes; returns its URI. Writing it twice gives one object."""
        data = message.SerializeToString(deterministic=True)
        uri = paths.join(self.metadata_root, folder, f"{hashlib.sha256(data).hexdigest()}.pb")
        if self.storage.stat(uri) is None:
            self.storage.put(uri, data)
        return uri

"""A connection to one control plane, with the project and domain that calls mean by default."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import FlyteValueException
from glidepath.idl import core
from glidepath.remote.proxy_storage import proxy_context
from glidepath.storage import Storage, open_storage

if TYPE_CHECKING:
    from typing_extensions import Self

    from glidepath.types import DataContext

_PROJECT, _DOMAIN = "flytesnacks", "development"


class HasId(Protocol):
    """A handle on an execution."""

    @property
    def id(self) -> core.WorkflowExecutionIdentifier: ...


class Connection:
    """Where a control plane is and how to reach it. Makes no call before it is used."""

    def __init__(
        self,
        config: PlatformConfig | None = None,
        default_project: str | None = None,
        default_domain: str | None = None,
        storage: Storage | None = None,
    ) -> None:
        self.config = config or PlatformConfig.auto()
        self.default_project = default_project or self.config.project or _PROJECT
        self.default_domain = default_domain or self.config.domain or _DOMAIN
        self.storage: Storage = storage or open_storage()

    @classmethod
    def auto(
        cls, config_file: str | None = None, default_project: str | None = None, default_domain: str | None = None
    ) -> Self:
        """From a configuration file, environment variables, or the defaults of this machine."""
        return cls(PlatformConfig.auto(config_file), default_project, default_domain)

    @classmethod
    def for_endpoint(
        cls,
        endpoint: str,
        insecure: bool = False,
        default_project: str | None = None,
        default_domain: str | None = None,
    ) -> Self:
        """For ``host:port``, by default with TLS."""
        return cls(replace(PlatformConfig.auto(), endpoint=endpoint, insecure=insecure), default_project, default_domain)

    @classmethod
    def for_sandbox(cls, default_project: str | None = None, default_domain: str | None = None) -> Self:
        """For the embedded server of this machine."""
        return cls(PlatformConfig(), default_project, default_domain)

    @functools.cached_property
    def client(self) -> Client:
        """The client below; it connects with the first call."""
        return Client.connect(self.config)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if "client" in self.__dict__:
            self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def context(self, project: str | None = None, domain: str | None = None) -> DataContext:
        """The surroundings in which Python values become inputs: their files are uploaded through the control plane."""
        return proxy_context(self.client, project or self.default_project, domain or self.default_domain, self.storage)

    def _execution_id(
        self, execution: HasId | str, project: str | None = None, domain: str | None = None
    ) -> core.WorkflowExecutionIdentifier:
        if not isinstance(execution, str):
            return execution.id
        project, domain, name = self._scope(project, domain, execution)
        return core.WorkflowExecutionIdentifier(project=project, domain=domain, name=name)

    def _scope(self, project: str | None, domain: str | None, name: str) -> tuple[str, str, str]:
        if not name:
            raise FlyteValueException("a name is needed", hint='fetch_…(name="module.entity")')
        return project or self.default_project, domain or self.default_domain, name

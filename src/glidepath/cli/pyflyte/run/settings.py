"""The options of ``pyflyte run`` itself, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from glidepath.authoring.resources import Resources
    from glidepath.remote.launch import Launch

_NONE: Mapping[str, str] = MappingProxyType({})


class RunSettings(NamedTuple):
    """Everything between ``pyflyte run`` and the file name."""

    project: str | None = None
    domain: str | None = None
    destination_dir: str = "."
    copy_all: bool = False
    copy: str = "auto"
    images: tuple[str, ...] = ()
    service_account: str = ""
    wait: bool = False
    poll_interval: int | None = None
    dump_snippet: bool = False
    overwrite_cache: bool = False
    interruptible: bool | None = None
    env: Mapping[str, str] = _NONE
    resource_requests: Mapping[str, str] | None = None
    resource_limits: Mapping[str, str] | None = None
    tags: tuple[str, ...] = ()
    name: str = ""
    labels: Mapping[str, str] = _NONE
    annotations: Mapping[str, str] = _NONE
    raw_output_data_prefix: str = ""
    max_parallelism: int | None = None
    disable_notifications: bool = False
    remote: bool = False
    limit: int = 50
    cluster_pool: str = ""
    execution_cluster_label: str = ""
    signals: Mapping[str, str] = _NONE
    recover: str = ""
    from_node: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> RunSettings:
        """From click's parameters; a flag that was not given leaves its default."""
        return cls(**{name: value for name, value in parameters.items() if value is not None})

    @property
    def copies(self) -> str:
        """``auto`` or ``all``."""
        return "all" if self.copy_all else self.copy.lower()

    @property
    def requests(self) -> Resources | None:
        return _resources(self.resource_requests)

    @property
    def limits(self) -> Resources | None:
        return _resources(self.resource_limits)

    def launch(self, project: str, domain: str) -> Launch:
        """How the execution starts."""
        # Launches load grpc; a local run does not need it.
        from glidepath.authoring.options import Annotations, Labels, Options, RawOutputDataConfig
        from glidepath.authoring.security import Identity, SecurityContext
        from glidepath.remote.launch import Launch

        prefix, account = self.raw_output_data_prefix, self.service_account
        options = Options(
            labels=Labels(self.labels) if self.labels else None,
            annotations=Annotations(self.annotations) if self.annotations else None,
            raw_output_data_config=RawOutputDataConfig(prefix) if prefix else None,
            security_context=SecurityContext(Identity(k8s_service_account=account)) if account else None,
            max_parallelism=self.max_parallelism,
            disable_notifications=self.disable_notifications,
        )
        return Launch(
            project=project,
            domain=domain,
            name=self.name,
            options=options,
            overwrite_cache=self.overwrite_cache,
            interruptible=self.interruptible,
            envs=self.env,
            tags=self.tags,
            cluster_pool=self.cluster_pool,
            execution_cluster_label=self.execution_cluster_label,
            recover=self.recover,
            from_node=self.from_node,
        )


def _resources(values: Mapping[str, str] | None) -> Resources | None:
    # Resources load with the authoring names, which a listing does not need.
    from glidepath.authoring.resources import Resources

    return Resources(**values) if values else None

"""What launch plans and executions carry besides inputs: labels, annotations, output location, old auth roles, concurrency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glidepath.authoring.security import Identity, SecurityContext
from glidepath.errors import FlyteValidationException
from glidepath.idl import admin

if TYPE_CHECKING:
    from glidepath.authoring.notifications import Notification


@dataclass(frozen=True)
class Labels:
    """Labels of an execution's pods: ``Labels({"team": "ml"})``."""

    values: Mapping[str, str]

    def message(self) -> admin.Labels:
        return admin.Labels(values=self.values)


@dataclass(frozen=True)
class Annotations:
    """Annotations of an execution's pods."""

    values: Mapping[str, str]

    def message(self) -> admin.Annotations:
        return admin.Annotations(values=self.values)


@dataclass(frozen=True)
class RawOutputDataConfig:
    """Where executions write blobs, as a URI."""

    output_location_prefix: str

    def message(self) -> admin.RawOutputDataConfig:
        return admin.RawOutputDataConfig(output_location_prefix=self.output_location_prefix)


@dataclass(frozen=True)
class AuthRole:
    """The old way to say whom an execution runs as; becomes a SecurityContext."""

    assumable_iam_role: str | None = None
    kubernetes_service_account: str | None = None

    def security_context(self) -> SecurityContext:
        return SecurityContext(Identity(self.assumable_iam_role, self.kubernetes_service_account))


class ConcurrencyLimitBehavior:
    """What happens to an execution above the limit: ``SKIP`` refuses it."""

    UNSPECIFIED = admin.ConcurrencyLimitBehavior.CONCURRENCY_LIMIT_BEHAVIOR_UNSPECIFIED
    SKIP = admin.ConcurrencyLimitBehavior.CONCURRENCY_LIMIT_BEHAVIOR_SKIP


@dataclass(frozen=True)
class ConcurrencyPolicy:
    """How many executions of a launch plan may run at once."""

    max_concurrency: int
    behavior: admin.ConcurrencyLimitBehavior = ConcurrencyLimitBehavior.SKIP

    def __post_init__(self) -> None:
        if not isinstance(self.max_concurrency, int) or self.max_concurrency < 0:
            raise FlyteValidationException(f"max_concurrency={self.max_concurrency!r} must be a whole number from 0 on")

    def message(self) -> admin.ConcurrencyPolicy:
        return admin.ConcurrencyPolicy(max=self.max_concurrency, behavior=self.behavior)


@dataclass(frozen=True)
class Options:
    """What a launch or registration may set beside inputs; of a workflow's ``default_options`` labels and annotations count."""

    labels: Labels | None = None
    annotations: Annotations | None = None
    raw_output_data_config: RawOutputDataConfig | None = None
    security_context: SecurityContext | None = None
    max_parallelism: int | None = None
    notifications: Sequence[Notification] | None = None
    disable_notifications: bool | None = None
    overwrite_cache: bool | None = None

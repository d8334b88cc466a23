"""Who a task or execution runs as, and which secrets it may read; as flyteidl's security messages."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glidepath.errors import FlyteValidationException
from glidepath.idl import core, kinds


class SecretMount(enum.Enum):
    """How a task wants to find a secret."""

    ANY = kinds.MountType.ANY
    ENV_VAR = kinds.MountType.ENV_VAR
    FILE = kinds.MountType.FILE


@dataclass(frozen=True)
class Secret:
    """A secret that a task asks for: ``Secret(group="db", key="password")``, read by ``current_context().secrets``.

    ``env_var`` is the name of the environment variable that will hold it.
    """

    MountType = SecretMount

    group: str | None = None
    key: str | None = None
    group_version: str | None = None
    mount_requirement: SecretMount = SecretMount.ANY
    env_var: str | None = None

    def __post_init__(self) -> None:
        if not self.group:
            raise FlyteValidationException("a Secret needs a group", hint='write Secret(group="db", key="password")')

    def message(self) -> core.Secret:
        return core.Secret(
            group=self.group or "",
            key=self.key or "",
            group_version=self.group_version or "",
            mount_requirement=self.mount_requirement.value,
            env_var=self.env_var or "",
        )


@dataclass(frozen=True)
class OAuth2Client:
    """A client of an identity provider."""

    client_id: str
    client_secret: Secret

    def message(self) -> core.OAuth2Client:
        return core.OAuth2Client(client_id=self.client_id, client_secret=self.client_secret.message())


@dataclass(frozen=True)
class Identity:
    """Whom an execution runs as."""

    iam_role: str | None = None
    k8s_service_account: str | None = None
    oauth2_client: OAuth2Client | None = None
    execution_identity: str | None = None

    def message(self) -> core.Identity:
        return core.Identity(
            iam_role=self.iam_role or "",
            k8s_service_account=self.k8s_service_account or "",
            oauth2_client=self.oauth2_client.message() if self.oauth2_client else None,
            execution_identity=self.execution_identity or "",
        )


@dataclass(frozen=True)
class OAuth2TokenRequest:
    """A token that a task asks for."""

    name: str
    client: OAuth2Client
    idp_discovery_endpoint: str | None = None
    token_endpoint: str | None = None

    def message(self) -> core.OAuth2TokenRequest:
        return core.OAuth2TokenRequest(
            name=self.name,
            client=self.client.message(),
            idp_discovery_endpoint=self.idp_discovery_endpoint or "",
            token_endpoint=self.token_endpoint or "",
        )


@dataclass(frozen=True)
class SecurityContext:
    """Identity, secrets and tokens together."""

    run_as: Identity | None = None
    secrets: Sequence[Secret] | None = None
    tokens: Sequence[OAuth2TokenRequest] | None = None

    def message(self) -> core.SecurityContext:
        return core.SecurityContext(
            run_as=self.run_as.message() if self.run_as else None,
            secrets=[secret.message() for secret in self.secrets or ()],
            tokens=[token.message() for token in self.tokens or ()],
        )


def checked_secrets(secrets: Any) -> tuple[Secret, ...]:
    """The secrets of a task. Raises FlyteValidationException for what is none."""
    for secret in secrets or ():
        if not isinstance(secret, Secret):
            raise FlyteValidationException(
                f"secret_requests holds {secret!r}, which is no Secret",
                hint='write secret_requests=[Secret(group="db", key="password")]',
            )
    return tuple(secrets or ())

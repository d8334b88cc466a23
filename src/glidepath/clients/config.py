"""How to reach a control plane: one frozen value, read from flags, environment and file as stock tools do.

Names and precedence: reference flytekit.md 1.9, flytectl-and-admin.md A1. Without any setting the endpoint is the embedded
server, ``localhost:30080`` in plain text.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glidepath.clients.config_sources import PYFLYTE_SEARCH, Sources, find_config, read_file
from glidepath.clients.durations import parse_duration
from glidepath.errors import FlyteException, FlyteValueException

DEFAULT_ENDPOINT = "localhost:30080"
_SCHEMES = ("dns:///", "http://", "https://", "ipv4:", "ipv6:")
_TRUE, _FALSE = frozenset({"1", "t", "true", "yes", "y", "on"}), frozenset({"0", "f", "false", "no", "n", "off", ""})


@dataclass(frozen=True)
class AuthConfig:
    """How to prove who is asking. Nothing of it is used until the server refuses an anonymous call."""

    mode: str = "Pkce"
    """``ClientSecret``, ``Pkce``, ``ExternalCommand``, ``DeviceFlow``, or flytekit's names for them, in any case."""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_secret_location: str = ""
    """A file that holds the secret."""
    client_secret_env_var: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""
    token_url: str = ""
    """Where tokens are issued; empty: ask the server's OAuth2 metadata."""
    authorization_header: str = ""
    """The metadata key of the token; empty: ask the server's client configuration."""
    command: tuple[str, ...] = ()
    """A command whose standard output is the token."""
    proxy_command: tuple[str, ...] = ()
    """A command whose standard output is a token for a proxy in front of the server."""
    http_proxy_url: str = ""
    """A proxy for calls to the token endpoint."""


@dataclass(frozen=True)
class PlatformConfig:
    """How to reach a control plane."""

    endpoint: str = DEFAULT_ENDPOINT
    """``host:port`` without a scheme."""
    insecure: bool = True
    """Plain text instead of TLS."""
    insecure_skip_verify: bool = False
    """TLS, but trust whatever certificate the server shows."""
    ca_cert_file_path: str = ""
    """A PEM file with the authorities to trust; empty: those of the machine."""
    console_endpoint: str = ""
    """The address of the console with scheme; empty: derived from ``endpoint``."""
    max_retries: int = 4
    """Repetitions after a first attempt that failed for a passing reason."""
    max_backoff_delay: float = 8.0
    """Seconds at most between two attempts."""
    per_retry_timeout: float = 15.0
    """Seconds one attempt may take; 0: no limit."""
    max_message_size_bytes: int = 0
    """The largest answer that is accepted; 0: 20 MiB."""
    auth: AuthConfig = AuthConfig()
    project: str = ""
    """The project of commands that name none; empty: none is configured."""
    domain: str = ""
    source: Path | None = None
    """The file that was read, for messages."""

    @classmethod
    def auto(
        cls,
        path: str | None = None,
        flags: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        search: tuple[str, ...] = PYFLYTE_SEARCH,
    ) -> PlatformConfig:
        """Read the configuration. ``path`` is ``--config``; ``flags`` maps YAML names to values (``admin.endpoint``).

        Precedence: flag, environment (``FLYTE_PLATFORM_URL`` or ``ADMIN.ENDPOINT``), file, default.
        Raises FlyteValueException for a file or a value that cannot be read.
        """
        variables = os.environ if environment is None else environment
        found = find_config(path, variables, search)
        ini, yaml = read_file(found) if found else ({}, {})
        try:
            return _read(Sources(flags or {}, variables, ini, yaml), found)
        except FlyteException as error:
            raise FlyteValueException(error.message, where=str(found or "flags and environment"), hint=error.hint) from error

    @property
    def console_url(self) -> str:
        """Where the console lives, for links: ``http://localhost:30080``."""
        if self.console_endpoint:
            return self.console_endpoint.rstrip("/")
        return f"{'http' if self.insecure else 'https'}://{self.endpoint}"


def _read(sources: Sources, path: Path | None) -> PlatformConfig:
    endpoint = _text(sources.find("admin.endpoint", "platform.url"))
    seconds = {name: sources.find(f"admin.{name}") for name in ("maxBackoffDelay", "perRetryTimeout")}
    return PlatformConfig(
        endpoint=strip_scheme(endpoint) or DEFAULT_ENDPOINT,
        insecure=_flag("admin.insecure", sources.find("admin.insecure", "platform.insecure"), default=not endpoint),
        insecure_skip_verify=_flag(
            "admin.insecureSkipVerify", sources.find("admin.insecureSkipVerify", "platform.insecure_skip_verify")
        ),
        ca_cert_file_path=_text(sources.find("admin.caCertFilePath", "platform.ca_cert_file_path")),
        console_endpoint=_text(sources.find("console.endpoint", "platform.console_endpoint")),
        max_retries=_number("admin.maxRetries", sources.find("admin.maxRetries", "platform.rpc_retries"), 4),
        max_backoff_delay=parse_duration(_text(seconds["maxBackoffDelay"]) or "8s"),
        per_retry_timeout=parse_duration(_text(seconds["perRetryTimeout"]) or "15s"),
        max_message_size_bytes=_number("admin.maxMessageSizeBytes", sources.find("admin.maxMessageSizeBytes"), 0),
        auth=_read_auth(sources),
        project=_text(_scope("project", sources)),
        domain=_text(_scope("domain", sources)),
        source=path,
    )


def _read_auth(sources: Sources) -> AuthConfig:
    return AuthConfig(
        mode=_text(sources.find("admin.authType", "credentials.auth_mode")) or "Pkce",
        client_id=_text(sources.find("admin.clientId", "credentials.client_id")),
        client_secret=_text(sources.find("admin.clientSecret", "credentials.client_secret")),
        client_secret_location=_text(sources.find("admin.clientSecretLocation", "credentials.client_secret_location")),
        client_secret_env_var=_text(sources.find("admin.clientSecretEnvVar", "credentials.client_secret_env_var")),
        scopes=_words(sources.find("admin.scopes", "credentials.scopes")),
        audience=_text(sources.find("admin.audience", "credentials.audience")),
        token_url=_text(sources.find("admin.tokenUrl")),
        authorization_header=_text(sources.find("admin.authorizationHeader")),
        command=_words(sources.find("admin.command", "credentials.command")),
        proxy_command=_words(sources.find("admin.proxyCommand", "credentials.proxy_command")),
        http_proxy_url=_text(sources.find("admin.httpProxyURL", "platform.http_proxy_url")),
    )


def _scope(word: str, sources: Sources) -> Any:
    return (
        sources.environment.get(f"FLYTE_DEFAULT_{word.upper()}") or sources.find(f"root.{word}") or sources.find(f"task.{word}")
    )


def strip_scheme(endpoint: str) -> str:
    """``dns:///localhost:30080`` → ``localhost:30080``."""
    for scheme in _SCHEMES:
        endpoint = endpoint.removeprefix(scheme)
    return endpoint.rstrip("/")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _words(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(word) for word in value)
    return tuple(word.strip() for word in str(value).strip("[]").split(",") if word.strip())


def _flag(name: str, value: Any, default: bool = False) -> bool:
    if value is None:
        return default
    text = str(value).strip().lower()
    if text in _TRUE | _FALSE:
        return text in _TRUE
    raise FlyteValueException(f"{name} is {value!r}, which is neither true nor false", hint=f"set {name} to true or false")


def _number(name: str, value: Any, default: int) -> int:
    if value is None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise FlyteValueException(f"{name} is {value!r}, which is not a whole number", hint=f"set {name} to a number") from None

"""Pick the authenticator that a configuration asks for (names: reference flytekit.md 3.5)."""

from __future__ import annotations

from glidepath.clients.auth.interceptor import BearerToken
from glidepath.clients.auth.protocol import Authenticator, Token
from glidepath.clients.auth.server_settings import ServerSettings
from glidepath.clients.calls import Interceptor, Send, chain
from glidepath.clients.config import PlatformConfig
from glidepath.errors import FlyteAuthenticationException

_MODES = {
    "clientsecret": "secret",
    "client_credentials": "secret",
    "basic": "secret",
    "externalcommand": "command",
    "external_process": "command",
}
_PROXY_HEADER = "proxy-authorization"


def auth_interceptors(config: PlatformConfig, send: Send) -> list[Interceptor]:
    """The interceptors that authenticate: one for the server and, if configured, one for a proxy in front of it.

    ``send`` reaches the server without a token, to ask where tokens are issued.
    """
    proxies: list[Interceptor] = []
    if config.auth.proxy_command:
        from glidepath.clients.auth.external_command import ExternalCommand  # few have a proxy

        command = ExternalCommand(config.auth.proxy_command, "admin.proxyCommand", lambda text: Token(text, _PROXY_HEADER))
        proxies.append(BearerToken(lambda: command, eager=True))
    # Questions about tokens pass the proxy too, but carry no token of the server.
    return [BearerToken(lambda: select(config, chain(proxies, send))), *proxies]


def select(config: PlatformConfig, send: Send) -> Authenticator:
    """The authenticator for ``admin.authType``. Raises FlyteAuthenticationException for one that is not supported yet."""
    # Each way loads what it needs (urllib.request and ssl take 10 ms), once a server asks who is calling.
    from glidepath.clients.auth.client_secret import ClientSecret
    from glidepath.clients.auth.external_command import ExternalCommand

    settings = ServerSettings(config.auth, send)
    kind = _MODES.get(config.auth.mode.lower())
    if kind == "secret":
        return ClientSecret(config.auth, settings)
    if kind == "command":
        return ExternalCommand(config.auth.command, "admin.command", settings.token)
    raise FlyteAuthenticationException(
        f"{config.endpoint} wants a token, and authType {config.auth.mode} is not supported yet",
        where=str(config.source or "no configuration file"),
        hint="set admin.authType to ClientSecret or ExternalCommand; a command may print a token of any origin",
    )

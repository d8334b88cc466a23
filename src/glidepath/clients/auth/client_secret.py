"""OAuth2 client credentials (RFC 6749, 4.4): an id and a secret buy a token."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from glidepath.clients.auth.protocol import Token
from glidepath.clients.auth.server_settings import ServerSettings
from glidepath.clients.config import AuthConfig
from glidepath.errors import FlyteAuthenticationException

_SECONDS = 30.0


class ClientSecret:
    """Fetches tokens with ``admin.clientId`` and a secret from a value, an environment variable or a file."""

    def __init__(self, config: AuthConfig, settings: ServerSettings) -> None:
        self._config = config
        self._settings = settings

    def fetch(self) -> Token:
        form = {"grant_type": "client_credentials"}
        if scopes := self._settings.scopes():
            form["scope"] = " ".join(scopes)
        if audience := self._settings.audience():
            form["audience"] = audience
        return self._settings.token(self._post(self._settings.token_url(), form))

    def _post(self, url: str, form: dict[str, str]) -> str:
        # RFC 6749, 2.3.1: id and secret are form-encoded before they go into the Basic header.
        pair = ":".join(urllib.parse.quote(part, safe="") for part in (self._config.client_id, secret_of(self._config)))
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if not url.startswith(("http://", "https://")):
            raise FlyteAuthenticationException(
                f"the token endpoint {url!r} is not an http address", hint="check admin.tokenUrl"
            )
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), headers)  # noqa: S310 - checked above
        try:
            with self._opener().open(request, timeout=_SECONDS) as response:
                token = json.load(response)["access_token"]
        except urllib.error.HTTPError as error:
            reason = error.read(500).decode(errors="replace")
            raise FlyteAuthenticationException(
                f"the token endpoint refused the client: HTTP {error.code} {reason}",
                where=url,
                hint="check admin.clientId and its secret",
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FlyteAuthenticationException(f"the token endpoint gave no token: {error}", where=url) from error
        return str(token)

    def _opener(self) -> urllib.request.OpenerDirector:
        proxy = self._config.http_proxy_url
        handlers = [urllib.request.ProxyHandler({"http": proxy, "https": proxy})] if proxy else []
        return urllib.request.build_opener(*handlers)


def secret_of(config: AuthConfig) -> str:
    """The client's secret: the value, else the environment variable, else the file (surrounding blanks dropped).

    Raises FlyteAuthenticationException when none of the three gives one.
    """
    if config.client_secret:
        return config.client_secret
    if config.client_secret_env_var and os.environ.get(config.client_secret_env_var):
        return os.environ[config.client_secret_env_var]
    if config.client_secret_location:
        try:
            return Path(config.client_secret_location).expanduser().read_text(encoding="utf-8").strip()
        except OSError as error:
            raise FlyteAuthenticationException(
                f"the client secret cannot be read: {error.strerror}",
                where=config.client_secret_location,
                hint="check admin.clientSecretLocation",
            ) from error
    raise FlyteAuthenticationException(
        "no client secret is configured", hint="set admin.clientSecretEnvVar or admin.clientSecretLocation"
    )

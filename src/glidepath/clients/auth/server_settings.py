"""What the server tells clients about authentication: the token endpoint, the metadata key, scopes and audience."""

from __future__ import annotations

from typing import TypeVar, cast

import grpc
from google.protobuf.message import Message

from glidepath.clients.auth.protocol import Token
from glidepath.clients.calls import Call, Send
from glidepath.clients.config import AuthConfig
from glidepath.clients.retry import code_of
from glidepath.errors import FlyteAuthenticationException
from glidepath.idl import service

_Answer = TypeVar("_Answer", bound=Message)
_SERVICE = "flyteidl.service.AuthMetadataService"
_DEFAULT_HEADER = "authorization"
_SECONDS = 15.0


class ServerSettings:
    """Asks AuthMetadataService, without a token, for what the configuration leaves open."""

    def __init__(self, config: AuthConfig, send: Send) -> None:
        self._config = config
        self._send = send

    def header(self) -> str:
        """The metadata key of tokens."""
        return self._config.authorization_header or self._client().authorization_metadata_key or _DEFAULT_HEADER

    def token(self, text: str) -> Token:
        return Token(text, self.header())

    def token_url(self) -> str:
        """Where tokens are issued. Raises FlyteAuthenticationException when neither side says."""
        if self._config.token_url:
            return self._config.token_url
        metadata = self._ask("GetOAuth2Metadata", service.OAuth2MetadataRequest(), service.OAuth2MetadataResponse)
        if not metadata.token_endpoint:
            raise FlyteAuthenticationException(
                "the server does not say where tokens are issued", hint="set admin.tokenUrl in the configuration"
            )
        return metadata.token_endpoint

    def scopes(self) -> tuple[str, ...]:
        return self._config.scopes or tuple(self._client().scopes)

    def audience(self) -> str:
        return self._config.audience or self._client().audience

    def _client(self) -> service.PublicClientAuthConfigResponse:
        request = service.PublicClientAuthConfigRequest()
        return self._ask("GetPublicClientConfig", request, service.PublicClientAuthConfigResponse)

    def _ask(self, method: str, request: Message, answer: type[_Answer]) -> _Answer:
        """The server's answer, or an empty one when it does not offer the service."""
        try:
            return cast(_Answer, self._send(Call(_SERVICE, method, request, answer, timeout=_SECONDS)))
        except grpc.RpcError as error:
            if code_of(error) is not grpc.StatusCode.UNIMPLEMENTED:
                raise
            return answer()

"""What every way to authenticate has in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Token:
    """A token and the metadata key under which it travels."""

    text: str = field(repr=False)
    header: str = "authorization"

    def metadata(self) -> tuple[tuple[str, str], ...]:
        return ((self.header.lower(), f"Bearer {self.text}"),)


class Authenticator(Protocol):
    """Fetches tokens. Calls come one at a time; nobody calls before the server has refused a call."""

    def fetch(self) -> Token:
        """A fresh token. Raises FlyteAuthenticationException when none can be had."""

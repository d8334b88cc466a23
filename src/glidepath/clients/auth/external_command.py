"""A command of the user's prints the token: any identity provider with a command line works."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable

from glidepath.clients.auth.protocol import Token
from glidepath.errors import FlyteAuthenticationException

_SECONDS = 120.0


class ExternalCommand:
    """Runs a command, without a shell, and takes its standard output as the token."""

    def __init__(self, command: tuple[str, ...], setting: str, token: Callable[[str], Token]) -> None:
        """setting: the name of the setting that holds the command, for messages; token: wraps the text."""
        self._command = command
        self._setting = setting
        self._token = token

    def fetch(self) -> Token:
        if not self._command:
            raise FlyteAuthenticationException(
                f"{self._setting} is not set", hint=f"set {self._setting} to a list: [my-tool, print-token]"
            )
        shown = shlex.join(self._command)
        try:
            done = subprocess.run(self._command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FlyteAuthenticationException(
                f"the command for tokens failed: {error}", where=shown, hint=f"check {self._setting}"
            ) from error
        if done.returncode != 0 or not done.stdout.strip():
            reason = done.stderr.strip() or "it printed nothing"
            raise FlyteAuthenticationException(
                f"the command for tokens ended with {done.returncode}: {reason}", where=shown, hint=f"check {self._setting}"
            )
        return self._token(done.stdout.strip())

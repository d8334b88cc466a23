"""Takes a fast-registered command apart: the code to fetch, and the command that runs on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glidepath.errors import FlyteValueException

FAST_EXECUTE = "pyflyte-fast-execute"
_DISTRIBUTION = "--additional-distribution"
_DESTINATION = "--dest-dir"


@dataclass(frozen=True)
class FastCommand:
    """The archive at ``distribution`` goes to ``destination``; then ``command`` runs."""

    distribution: str
    destination: str
    command: list[str]


def split_fast(argv: Sequence[str]) -> FastCommand | None:
    """The parts of ``pyflyte-fast-execute …``; ``None`` when it is another program or names no archive.

    The command gets ``--dynamic-addl-distro`` and ``--dynamic-dest-dir`` before ``--resolver``, as the stock program puts them.
    Raises :class:`~glidepath.errors.FlyteValueException` for options that the program does not have.
    """
    if not argv or argv[0] != FAST_EXECUTE:
        return None
    options: dict[str, str] = {}
    rest = list(argv[1:])
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word == "--":
            break
        name, given, value = word.partition("=")
        if name not in (_DISTRIBUTION, _DESTINATION) or not (given or rest):
            raise FlyteValueException(
                f"{FAST_EXECUTE} does not know {word!r}", hint=f"it takes {_DISTRIBUTION} and {_DESTINATION}"
            )
        options[name] = value if given else rest.pop(0)
    if _DISTRIBUTION not in options or not rest:
        return None
    destination = options.get(_DESTINATION) or "."
    return FastCommand(options[_DISTRIBUTION], destination, _with_code(rest, options[_DISTRIBUTION], destination))


def _with_code(command: list[str], distribution: str, destination: str) -> list[str]:
    if "--resolver" not in command:
        return command
    at = command.index("--resolver")
    return [*command[:at], "--dynamic-addl-distro", distribution, "--dynamic-dest-dir", destination, *command[at:]]

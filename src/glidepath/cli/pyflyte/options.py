"""Options that several commands share, and the little languages inside their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    pass

_Command = TypeVar("_Command", bound=Callable[..., Any])
RESOURCE_KEYS = ("cpu", "mem", "gpu", "ephemeral_storage")


def scope_options(command: _Command) -> _Command:
    """``-p`` and ``-d``; None when not given, neither on the command line nor in the environment."""
    project = click.option(
        "-p", "--project", envvar="FLYTE_DEFAULT_PROJECT", show_envvar=True, help="Project to work in. [default: flytesnacks]"
    )
    domain = click.option(
        "-d", "--domain", envvar="FLYTE_DEFAULT_DOMAIN", show_envvar=True, help="Domain to work in. [default: development]"
    )
    return project(domain(command))


def image_option(command: _Command) -> _Command:
    """``-i``: a default image, or named ones."""
    return click.option(
        "-i",
        "--image",
        "images",
        multiple=True,
        metavar="[NAME=]IMAGE",
        help="Image of the tasks, with its tag; NAME=IMAGE for tasks that name it. Repeatable.",
    )(command)


def env_option(command: _Command) -> _Command:
    """``--env``: variables for every container."""
    return click.option(
        "--envvars",
        "--env",
        "env",
        multiple=True,
        callback=key_values,
        metavar="KEY=VALUE",
        help="Environment variable of every task. Repeatable.",
    )(command)


def resource_options(command: _Command) -> _Command:
    """``--resource-requests`` and ``--resource-limits``."""
    requests = click.option(
        "--resource-requests", callback=resources, metavar="K=V,…", help="For tasks that ask for nothing: cpu=1,mem=2Gi,gpu=1."
    )
    limits = click.option(
        "--resource-limits", callback=resources, metavar="K=V,…", help="For tasks that set no limit: cpu=1,mem=2Gi,gpu=1."
    )
    return requests(limits(command))


def key_values(_: click.Context, __: click.Parameter, values: Iterable[str]) -> dict[str, str]:
    """``("a=1", "b=x=y")`` → ``{"a": "1", "b": "x=y"}``."""
    return dict(_pair(value) for value in values)


def labels(_: click.Context, __: click.Parameter, values: Iterable[str]) -> dict[str, str]:
    """As :func:`key_values`; a key alone has an empty value."""
    return dict(_pair(value) if "=" in value else (value, "") for value in values)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"Expected key-value pair of the form key=value, got {text}")
    return key.strip(), value.strip()


def resources(_: click.Context, __: click.Parameter, text: str | None) -> dict[str, str] | None:
    """``cpu=1,mem=2Gi`` → ``{"cpu": "1", "mem": "2Gi"}``; None when not given."""
    if text is None:
        return None
    found: dict[str, str] = {}
    for item in text.split(","):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals or not value:
            raise click.BadParameter(f"Expected comma separated pairs such as cpu=1,mem=2Gi, got {text!r}")
        if key not in RESOURCE_KEYS:
            raise click.BadParameter(f"Expected a key of {', '.join(RESOURCE_KEYS)}, got {key!r}")
        if key in found:
            raise click.BadParameter(f"Expected every key once, got {key!r} twice")
        found[key] = value
    return found


def packages(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Dotted package names; a path is refused."""
    from glidepath.cli.pyflyte.session import split_packages

    names = split_packages(values)
    for name in names:
        if any(sign in name for sign in "/\\-"):
            raise click.BadParameter(f"{name} is not a package: write it with dots, as in a.b.c")
    return names

"""``flytectl config``: write, find and check the configuration."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import yaml

from glidepath.cli.flytectl.command import Command, Group, switch
from glidepath.cli.flytectl.confirm import confirmed
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.flags import GLOBAL_FLAGS
from glidepath.cli.lazy import Entry
from glidepath.clients.config import PlatformConfig, strip_scheme
from glidepath.clients.config_sources import FLYTECTL_SEARCH, find_config, flatten
from glidepath.errors import FlyteException, FlyteUserException, FlyteValueException

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"({_LABEL}(\.{_LABEL})*\.?|\[[0-9A-Fa-f:]+\])(:(\d{{1,5}}))?")
_LARGEST_PORT = 65535
_TEMPLATE = """admin:
  # For GRPC endpoints you might want to use dns:///flyte.myexample.com
  endpoint: dns:///{host}
  insecure: {insecure}
"""
# Sections of a configuration file beside those of the flags: read by flytekit, by commands, or by stock alone.
_SECTIONS = ("task", "root", "adminutils", "images", "files", "sandbox", "storage", "otel", "logger")


@click.command(cls=Command)
@click.option("--host", default="", help="Address of the control plane (dns:///localhost:30080).")
@click.option("--console", default="", help="Address of the console, if it is another one.")
@switch("--insecure", help="Plain text instead of TLS.")
@switch("--force", help="Overwrite a file without asking.")
@pass_session
def init(session: Session, host: str, console: str, insecure: bool, force: bool) -> None:
    """Write a configuration file: the one of --config, of FLYTECTL_CONFIG, or ~/.flyte/config.yaml.

    \b
    flytectl config init                                    for the embedded server
    flytectl config init --host flyte.example.com           TLS
    flytectl config init --host localhost:8089 --insecure
    """
    named = session.flags.get("config") or os.environ.get("FLYTECTL_CONFIG") or "~/.flyte/config.yaml"
    path = Path(named).expanduser()
    text = _TEMPLATE.format(host=_checked(host) if host else "localhost:30080", insecure=str(insecure or not host).lower())
    if console:
        text += f"console:\n  endpoint: {console if '://' in console else f'http://{_checked(console)}'}\n"
    question = f"This action will overwrite an existing config file at [{path}]. Do you want to continue?"
    if path.exists() and not force and not confirmed(question):
        raise FlyteUserException(f"{path} was left as it is", hint="--force overwrites without asking")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"Init flytectl config file at [{path}]")


def _checked(host: str) -> str:
    bare = strip_scheme(host)
    match = _HOST.fullmatch(bare)
    if match is None or int(match.groups()[-1] or 0) > _LARGEST_PORT:
        raise FlyteValueException(
            f"{host} invalid, please use a valid admin endpoint", hint="write it as flyte.example.com:443"
        )
    return bare


@click.command(cls=Command)
@pass_session
def discover(session: Session) -> None:
    """Say which configuration file is read.

    \b
    flytectl config discover
    """
    path = find_config(session.flags.get("config"), os.environ, FLYTECTL_SEARCH)
    if path is None:
        click.echo("Couldn't find a config file.")
    else:
        click.echo(f"Config file(s) found at:\n{path}")


@click.command(cls=Command)
@click.option("--file", "files", multiple=True, help="Check this file; may be repeated.")
@switch("--strict", help="Unknown keys are errors.")
@pass_session
def validate(session: Session, files: tuple[str, ...], strict: bool) -> None:
    """Check configuration files.

    \b
    flytectl config validate
    flytectl config validate --strict --file ~/.flyte/config.yaml
    """
    found = find_config(session.flags.get("config"), os.environ, FLYTECTL_SEARCH)
    paths = [Path(name).expanduser() for name in files] or ([found] if found else [])
    if not paths:
        click.echo("Couldn't find a config file.")
        return
    for path in paths:
        try:
            PlatformConfig.auto(str(path), environment={})
            _refuse_unknown(path, strict)
        except FlyteException as error:
            click.echo("Failed to validate config file.")
            raise error
    click.echo("Validated config file successfully.")


def _refuse_unknown(path: Path, strict: bool) -> None:
    if not strict or path.suffix not in {".yaml", ".yml"}:
        return
    keys = flatten(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    names = [flag.name.lower() for flag in GLOBAL_FLAGS]
    known = {part for name in names for part in _heads(name)} | set(_SECTIONS)
    unknown = sorted(key for key in keys if key not in known and key.split(".", maxsplit=1)[0] not in _SECTIONS)
    if unknown:
        raise FlyteValueException(f"unknown keys: {', '.join(unknown)}", where=str(path), hint="check their spelling")


def _heads(name: str) -> list[str]:
    """``a.b.c`` → ``a``, ``a.b``, ``a.b.c``."""
    parts = name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


_HERE = "glidepath.cli.flytectl.config"
group = Group(
    "config",
    help="Write, find and check the configuration.",
    table={
        "init": Entry(f"{_HERE}:init", "Write a configuration file."),
        "discover": Entry(f"{_HERE}:discover", "Say which configuration file is read."),
        "validate": Entry(f"{_HERE}:validate", "Check configuration files."),
    },
)

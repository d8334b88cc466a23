"""Where settings come from: which file is read, and how a value is found in flags, environment, INI and YAML.

Sources: reference flytekit.md 1.9 (search order, INI names) and flytectl-and-admin.md A1 (viper-style environment).
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glidepath.errors import FlyteValueException

PYFLYTE_SEARCH = ("flytekit.config", "~/.flyte/config", "~/.flyte/config.yaml")
FLYTECTL_SEARCH = ("~/.flyte/config.yaml", "config.yaml", "/etc/flyte/config/config.yaml")
CONFIG_VARIABLES = ("_FLYTECTL_CONFIG_PYFLYTE_OVERRIDE", "FLYTECTL_CONFIG")


def find_config(explicit: str | None, environment: Mapping[str, str], search: tuple[str, ...] = PYFLYTE_SEARCH) -> Path | None:
    """The configuration file to read: the one named by flag or environment, else the first of ``search`` that exists.

    Returns None when there is none. Raises FlyteValueException when a named file does not exist.
    """
    named = explicit or next((environment[name] for name in CONFIG_VARIABLES if environment.get(name)), None)
    home = environment.get("HOME", "")
    if named:
        path = _expand(named, home)
        if path.is_file():
            return path
        raise FlyteValueException(
            f"the configuration file {path} does not exist",
            hint="flytectl config init, or leave --config and FLYTECTL_CONFIG unset",
        )
    return next((path for path in (_expand(name, home) for name in search) if path.is_file()), None)


def _expand(name: str, home: str) -> Path:
    return Path(home) / name[2:] if name.startswith("~/") and home else Path(name).expanduser()


@dataclass(frozen=True)
class Sources:
    """The four places a setting may come from; the first that has it wins: flags, environment, INI, YAML."""

    flags: Mapping[str, str] = field(default_factory=dict)
    """Values of command-line flags by YAML name: ``{"admin.endpoint": "localhost:30080"}``."""
    environment: Mapping[str, str] = field(default_factory=dict)
    ini: Mapping[str, str] = field(default_factory=dict)
    """``section.option`` in lower case → text."""
    yaml: Mapping[str, Any] = field(default_factory=dict)
    """``section.key`` in lower case → value."""

    def find(self, yaml_name: str, ini_name: str = "") -> Any:
        """The value of a setting, or None. Environment names: ``FLYTE_PLATFORM_URL`` and ``ADMIN.ENDPOINT``."""
        names = [f"FLYTE_{ini_name.replace('.', '_')}".upper()] if ini_name else []
        names.append(yaml_name.upper().replace("-", "_"))
        if yaml_name in self.flags:
            return self.flags[yaml_name]
        for name in names:
            if self.environment.get(name):
                return self.environment[name]
        if ini_name and ini_name in self.ini:
            return self.ini[ini_name]
        return self.yaml.get(yaml_name.lower())


def read_file(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """The (INI, YAML) settings of a file, one of them empty. Raises FlyteValueException for a file that is neither."""
    if path.suffix.lower() in {".yaml", ".yml"}:
        return {}, _read_yaml(path)
    return _read_ini(path), {}


def _read_ini(path: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except configparser.Error as error:
        raise FlyteValueException(f"the configuration file is not valid INI: {error.message}", where=str(path)) from error
    if parser.has_section("internal"):
        raise FlyteValueException(
            "the configuration file has a section [internal], which is for containers only",
            where=str(path),
            hint="remove the section",
        )
    return {f"{section}.{option}".lower(): value for section in parser.sections() for option, value in parser.items(section)}


def _read_yaml(path: Path) -> dict[str, Any]:
    # PyYAML takes 20 ms to load, and a command without a YAML file does not need it.
    import yaml

    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except yaml.YAMLError as error:
        raise FlyteValueException(f"the configuration file is not valid YAML: {error}", where=str(path)) from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise FlyteValueException("the configuration file must hold a map of sections (admin:, console:, …)", where=str(path))
    return flatten(document)


def flatten(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested maps as one map from dotted lower-case names; inner maps stay reachable under their own name too.

    >>> flatten({"admin": {"Endpoint": "x", "pkceConfig": {"timeout": "2m"}}})["admin.pkceconfig.timeout"]
    '2m'
    """
    flat: dict[str, Any] = {}
    for key, value in document.items():
        name = f"{prefix}{key}".lower()
        flat[name] = value
        if isinstance(value, dict):
            flat.update(flatten(value, f"{name}."))
    return flat

"""The images of a registration: those of ``-i``, over those that the configuration names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import click

from glidepath.authoring.images import DEFAULT_NAME, ImageConfig
from glidepath.clients.config_sources import find_config, read_file

_SECTION = "images"


def image_config(values: Sequence[str], config_file: str | None = None) -> ImageConfig:
    """``("ghcr.io/a/b:v1", "trainer=ghcr.io/a/t:v1")`` and the section ``images`` of the configuration as images.

    The name ``default`` says that an image is the default one.

    Raises click.BadParameter for a second default, FlyteValidationException for an image with neither tag nor digest.
    """
    default: str | None = None
    named = dict(configured(config_file))
    for value in values:
        name, equals, uri = value.partition("=")
        if equals and name != DEFAULT_NAME:
            named[name] = uri
        elif default is not None:
            raise click.BadParameter(
                f"Only one default image can be specified, got {default} and {value}; name the others: NAME={value}"
            )
        else:
            default = uri if equals else value
    default = default or named.pop(DEFAULT_NAME, None)
    return ImageConfig.of(default, named)


def configured(config_file: str | None) -> Mapping[str, str]:
    """Images by name from the configuration file, if there is one."""
    path = find_config(config_file, os.environ)
    if path is None:
        return {}
    ini, yaml = read_file(path)
    section = yaml.get(_SECTION)
    if isinstance(section, Mapping):
        return {str(name): str(uri) for name, uri in section.items()}
    prefix = f"{_SECTION}."
    return {name.removeprefix(prefix): uri for name, uri in ini.items() if name.startswith(prefix)}

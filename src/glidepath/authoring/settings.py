"""What specs depend on besides the code: identifiers, images, environment, and where the code will lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from glidepath.authoring.images import Image as Image, ImageConfig as ImageConfig
from glidepath.idl import core

PACKAGE_PLACEHOLDER = "{{ .remote_package_path }}"
"""Stands for the archive's URI in specs of ``pyflyte package``; ``flytectl register`` fills it in."""
DESTINATION_PLACEHOLDER = "{{ .dest_dir }}"
"""Stands for the folder in which the archive is unpacked; ``flytectl register`` fills it in."""


@dataclass(frozen=True)
class FastSettings:
    """Code that travels beside the image: the archive's URI, and the folder in the container where it is unpacked."""

    distribution: str = PACKAGE_PLACEHOLDER
    destination: str = DESTINATION_PLACEHOLDER


@dataclass(frozen=True)
class SerializationSettings:
    """What :func:`glidepath.authoring.specs.specs_of` needs to know; equal settings and code give equal bytes.

    ``project``, ``domain`` and ``version`` stay empty in packages, where registration fills them in. ``env`` goes into every
    container, before the task's own. With ``fast`` the code travels in an archive, else it is in the image. ``in_process``
    is for specs that never leave this process: their tasks are at hand, so nobody asks how a container would find them.
    """

    image_config: ImageConfig = field(default_factory=ImageConfig.of)
    project: str = ""
    domain: str = ""
    version: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    fast: FastSettings | None = None
    python_interpreter: str = "/opt/venv/bin/python3"
    source_root: str = ""
    in_process: bool = False

    def identifier(self, kind: core.ResourceType, name: str) -> core.Identifier:
        """The id of an entity of this registration."""
        return core.Identifier(resource_type=kind, project=self.project, domain=self.domain, name=name, version=self.version)

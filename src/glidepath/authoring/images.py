"""Container images by name, and the templates in which tasks speak of them (reference: flytekit.md, 1.8)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glidepath.errors import FlyteValidationException

DEFAULT_NAME = "default"
_TEMPLATE = re.compile(r"\{\{\s*\.images?\.([^{}\s]+?)\s*\}\}", re.IGNORECASE)
_OVERRIDE = "FLYTE_INTERNAL_IMAGE"
_BUILT_IN = "cr.flyte.org/flyteorg/flytekit:py{}.{}-latest"


@dataclass(frozen=True)
class Image:
    """An image under a name: ``Image("trainer", "ghcr.io/acme/trainer", tag="v7")``."""

    name: str
    fqn: str
    tag: str | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        if self.tag is not None and self.digest is not None:
            raise FlyteValidationException(f"image {self.fqn} has both a tag ({self.tag}) and a digest ({self.digest})")

    @property
    def full(self) -> str:
        """What a container runtime pulls: ``fqn:tag`` or ``fqn@digest``."""
        return f"{self.fqn}@{self.digest}" if self.digest else f"{self.fqn}:{self.tag}"

    @property
    def version(self) -> str:
        return self.digest or self.tag or ""

    @classmethod
    def parse(cls, name: str, uri: str) -> Image:
        """``repo/image:tag`` or ``repo/image@sha256:…``. Raises FlyteValidationException when it has neither."""
        fqn, at, digest = uri.partition("@")
        if at:
            return cls(name, fqn, digest=digest)
        fqn, colon, tag = uri.rpartition(":")
        if not colon or "/" in tag:  # the colon of localhost:5000/image is no tag's
            raise FlyteValidationException(f"image {uri!r} has neither tag nor digest", hint="such as ghcr.io/acme/trainer:v7")
        return cls(name, fqn, tag=tag)


@dataclass(frozen=True)
class ImageConfig:
    """The default image, and others by name."""

    default_image: Image | None = None
    images: Sequence[Image] = ()

    @classmethod
    def of(cls, default: str | None = None, named: Mapping[str, str] | None = None) -> ImageConfig:
        """From URIs. Without a default: ``FLYTE_INTERNAL_IMAGE``, and else the public image of this Python's version."""
        uri = default or os.environ.get(_OVERRIDE) or _BUILT_IN.format(*sys.version_info[:2])
        others = tuple(Image.parse(name, image) for name, image in (named or {}).items())
        return cls(Image.parse(DEFAULT_NAME, uri), others)

    @classmethod
    def auto(cls, config_file: str | None = None, img_name: str | None = None) -> ImageConfig:
        """flytekit's name for :meth:`of` with one image."""
        return cls.of(img_name)

    @classmethod
    def auto_default_image(cls) -> ImageConfig:
        """flytekit's name for :meth:`of` without images."""
        return cls.of()

    @classmethod
    def from_images(cls, default_image: str, m: Mapping[str, str] | None = None) -> ImageConfig:
        """flytekit's name for :meth:`of` with a default and others by name."""
        return cls.of(default_image, m)

    def find_image(self, name: str) -> Image | None:
        """The image of a name; ``default`` is the default image."""
        if name == DEFAULT_NAME and self.default_image is not None:
            return self.default_image
        return next((image for image in self.images if image.name == name), None)

    def resolve(self, template: str | None) -> str:
        """The image that a task asks for: templates filled in, the default for ``None`` and the empty text.

        ``{{.image.trainer}}`` is the full URI, ``{{.image.trainer.fqn}}`` and ``{{.image.trainer.version}}`` its parts.
        Raises FlyteValidationException for unknown names and parts.
        """
        if not template:
            if self.default_image is None:
                raise FlyteValidationException("there is no default image", hint="pass --image ghcr.io/acme/image:v1")
            return self.default_image.full
        filled = _TEMPLATE.sub(lambda match: self._part(match[1], template), template)
        return filled.replace(":sha256:", "@sha256:")

    def _part(self, path: str, template: str) -> str:
        whole = self.find_image(path)
        if whole is not None:
            return whole.full
        name, _, part = path.rpartition(".")
        image = self.find_image(name)
        if image is None:
            known = ", ".join(sorted({DEFAULT_NAME, *(image.name for image in self.images)}))
            raise FlyteValidationException(
                f"there is no image named {name or path!r}, which {template!r} asks for",
                hint=f"pass --image {name or path}=repo/image:tag; known are {known}",
            )
        if part == "fqn":
            return image.fqn
        if part == "version":
            return image.version
        raise FlyteValidationException(
            f"an image has no {part!r}, which {template!r} asks for", hint="its parts are fqn and version"
        )

"""The version of a registration: a digest of everything that registered specs depend on. All commands compute it here."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping

from glidepath.authoring.images import ImageConfig
from glidepath.authoring.specs import Spec

_BYTES = 16


def compute_version(
    bundle_digest: str, specs: Iterable[Spec], images: ImageConfig, settings: Mapping[str, str] | None = None
) -> str:
    """22 characters, safe in URLs: equal for equal arguments in every process, different when any of them differs.

    Args:
        bundle_digest: of the code archive; empty when the image holds the code.
        specs: with empty version and archive URI, in the order of registration.
        images: the default image and the named ones.
        settings: what else decides what runs, by name: destination folder, service account, …
    """
    digest = hashlib.sha256()
    for part in _parts(bundle_digest, specs, images, settings or {}):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return base64.urlsafe_b64encode(digest.digest()[:_BYTES]).rstrip(b"=").decode()


def _parts(bundle_digest: str, specs: Iterable[Spec], images: ImageConfig, settings: Mapping[str, str]) -> Iterable[bytes]:
    yield bundle_digest.encode()
    named = [] if images.default_image is None else [images.default_image]
    for image in (*named, *sorted(images.images, key=lambda each: each.name)):
        yield f"image {image.name} {image.full}".encode()
    for name, value in sorted(settings.items()):
        yield f"setting {name} {value}".encode()
    for spec in specs:
        yield spec.to_bytes()

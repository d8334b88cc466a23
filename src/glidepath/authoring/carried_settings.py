"""Serialization settings on their way into a container that registers or compiles more: the variable ``_F_SS_C``.

The form is stock flytekit's: base 64 of gzip of JSON (reference: flytekit.md, 1.10), equal for equal settings.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
from typing import Any

from glidepath.authoring.images import DEFAULT_NAME, Image, ImageConfig
from glidepath.authoring.settings import PACKAGE_PLACEHOLDER, FastSettings, SerializationSettings
from glidepath.errors import FlyteValueException

VARIABLE = "_F_SS_C"
_DESTINATION = "/root"
_VIRTUALENV = "/opt/venv"


def carried(settings: SerializationSettings) -> str:
    """The variable's text. What registration fills in later (project, version, the archive's address) is null."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:  # gzip.compress writes another header in each Python
        file.write(json.dumps(_document(settings)).encode())
    return base64.b64encode(packed.getvalue()).decode()


def restored(text: str) -> SerializationSettings:
    """Settings from the variable's text, written by us or by stock. Raises FlyteValueException for anything else."""
    try:
        found = json.loads(gzip.decompress(base64.b64decode(text)))
        return _settings(found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FlyteValueException(
            f"the variable {VARIABLE} does not hold serialization settings: {error}", hint="register the task again"
        ) from error


def _document(settings: SerializationSettings) -> dict[str, Any]:
    images, fast = settings.image_config, settings.fast
    default = _image(images.default_image) if images.default_image else None
    others = [_image(image) for image in images.images]
    address = fast.distribution if fast is not None and fast.distribution != PACKAGE_PLACEHOLDER else None
    return {
        "image_config": {"default_image": default, "images": [*([default] if default else []), *others]},
        "project": settings.project or None,
        "domain": settings.domain or None,
        "version": settings.version or None,
        "env": dict(settings.env) or None,
        "default_resources": None,
        "git_repo": None,
        "python_interpreter": settings.python_interpreter,
        "flytekit_virtualenv_root": _VIRTUALENV,
        "fast_serialization_settings": {
            "enabled": fast is not None,
            "destination_dir": fast.destination if fast is not None else _DESTINATION,
            "distribution_location": address,
        },
        "source_root": settings.source_root or None,
    }


def _image(image: Image) -> dict[str, str | None]:
    return {"name": image.name, "fqn": image.fqn, "tag": image.tag, "digest": image.digest}


def _settings(found: dict[str, Any]) -> SerializationSettings:
    images = found["image_config"] or {}
    default = images.get("default_image")
    fast = found.get("fast_serialization_settings") or {}
    code = FastSettings(fast.get("distribution_location") or PACKAGE_PLACEHOLDER, fast.get("destination_dir") or _DESTINATION)
    return SerializationSettings(
        image_config=ImageConfig(
            Image(**default) if default else None,
            tuple(Image(**image) for image in images.get("images") or () if image["name"] != DEFAULT_NAME),
        ),
        project=found.get("project") or "",
        domain=found.get("domain") or "",
        version=found.get("version") or "",
        env=found.get("env") or {},
        fast=code if fast.get("enabled") else None,
        python_interpreter=found.get("python_interpreter") or SerializationSettings.python_interpreter,
        source_root=found.get("source_root") or "",
    )

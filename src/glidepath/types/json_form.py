"""Plain data squeezed through JSON: text keys, bytes as base64. Defaults in schemas and mashumaro's JSON classes need it."""

from __future__ import annotations

import base64
import json
from typing import Any


def json_form(plain: Any) -> Any:
    """Plain data as it comes back from JSON text."""
    if plain is None or isinstance(plain, (str, int, float, bool)):
        return plain
    return json.loads(json.dumps(plain, default=_text_of))


def is_json_class(python_type: type) -> bool:
    """Whether a dataclass writes itself as JSON (mashumaro's ``DataClassJSONMixin``); stock flytekit packs that JSON."""
    return any(base.__module__.startswith("mashumaro.mixins.json") for base in python_type.__mro__)


def _text_of(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.encodebytes(value).decode()
    raise TypeError(f"{type(value).__name__} is not plain data")

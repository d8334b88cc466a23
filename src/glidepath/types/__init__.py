"""Python values and literals, Python types and literal types: one module per family, one registry.

The door to the room. Importing it loads the registry, the simple types and the collections; every other family loads when a
type of theirs is first seen, every other name when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from glidepath.types import collections, simple  # noqa: F401  (each registers its families)
from glidepath.types.context import DataContext, current, using
from glidepath.types.conversion import guess_python_type, literal_type_of, to_literal, to_python
from glidepath.types.registry import find, register
from glidepath.types.transformer import TypeTransformer

if TYPE_CHECKING:
    from glidepath.types.annotated import FlyteAnnotation as FlyteAnnotation, HashMethod as HashMethod
    from glidepath.types.blobs import FileExt as FileExt
    from glidepath.types.columns import kwtypes as kwtypes
    from glidepath.types.description import describe as describe, to_text as to_text
    from glidepath.types.directory import BatchSize as BatchSize, FlyteDirectory as FlyteDirectory
    from glidepath.types.error import FlyteError as FlyteError
    from glidepath.types.file import FlyteFile as FlyteFile
    from glidepath.types.structured_dataset import StructuredDataset as StructuredDataset
    from glidepath.types.text import from_data as from_data, from_text as from_text

_HOMES = {
    "BatchSize": "directory",
    "FileExt": "blobs",
    "FlyteAnnotation": "annotated",
    "FlyteDirectory": "directory",
    "FlyteError": "error",
    "FlyteFile": "file",
    "HashMethod": "annotated",
    "StructuredDataset": "structured_dataset",
    "describe": "description",
    "from_data": "text",
    "from_text": "text",
    "kwtypes": "columns",
    "to_text": "description",
}

__all__ = [
    *_HOMES,
    "DataContext",
    "TypeTransformer",
    "current",
    "find",
    "guess_python_type",
    "literal_type_of",
    "register",
    "to_literal",
    "to_python",
    "using",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)

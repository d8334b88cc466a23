"""Python values and literals, Python types and literal types: one module per family, one registry.

The door to the room. What stands here is light; families of heavy libraries load when a type of theirs is first seen.
"""

from glidepath.types import (  # noqa: F401  (each registers its families)
    annotated,
    choices,
    collections,
    dataclass,
    directory,
    enums,
    error,
    file,
    plain_only,
    simple,
    structured_dataset,
    unions,
)
from glidepath.types.annotated import FlyteAnnotation, HashMethod
from glidepath.types.context import DataContext, current, using
from glidepath.types.conversion import guess_python_type, literal_type_of, to_literal, to_python
from glidepath.types.description import describe, to_text
from glidepath.types.directory import BatchSize, FlyteDirectory
from glidepath.types.error import FlyteError
from glidepath.types.file import FileExt, FlyteFile
from glidepath.types.registry import find, register
from glidepath.types.structured_dataset import StructuredDataset, kwtypes
from glidepath.types.text import from_data, from_text
from glidepath.types.transformer import TypeTransformer

__all__ = [
    "BatchSize",
    "DataContext",
    "FileExt",
    "FlyteAnnotation",
    "FlyteDirectory",
    "FlyteError",
    "FlyteFile",
    "HashMethod",
    "StructuredDataset",
    "TypeTransformer",
    "current",
    "describe",
    "find",
    "from_data",
    "from_text",
    "guess_python_type",
    "kwtypes",
    "literal_type_of",
    "register",
    "to_literal",
    "to_python",
    "to_text",
    "using",
]

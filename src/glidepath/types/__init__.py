"""Python values and literals, Python types and literal types: one module per family, one registry.

The door to the room. What stands here is light; families of heavy libraries load when a type of theirs is first seen.
"""

from glidepath.types import annotated, collections, simple, unions  # noqa: F401  (each registers its families)
from glidepath.types.annotated import FlyteAnnotation, HashMethod
from glidepath.types.context import DataContext
from glidepath.types.registry import find, guess_python_type, literal_type_of, register, to_literal, to_python
from glidepath.types.transformer import TypeTransformer

__all__ = [
    "DataContext",
    "FlyteAnnotation",
    "HashMethod",
    "TypeTransformer",
    "find",
    "guess_python_type",
    "literal_type_of",
    "register",
    "to_literal",
    "to_python",
]

"""The key of a task's outputs in the cache (reference: engine.md, 1.10; flytectl-and-admin.md, E2).

Two runs share outputs when the project, domain and name of their task, its cache version, its interface and the counted
inputs are the same; neither the task's version nor its code counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from glidepath.idl import core
from glidepath.idl.object_hash import hash_members, object_hash, text_of_hash

_DATASET_PREFIX = "flyte_task-"
_TAG_PREFIX = "flyte_cached-"
_SIGNATURE_LENGTH = 8
_VERSION = re.compile(rf"(.*)-(.{{{_SIGNATURE_LENGTH}}})-(.{{{_SIGNATURE_LENGTH}}})", re.DOTALL)
_COUNTED_ANNOTATION = "cache-key-metadata"


class CacheKey(NamedTuple):
    """A key and the parts that it is made of."""

    project: str
    domain: str
    task: str
    cache_version: str
    inputs_signature: str
    """Of the types of the inputs, 8 characters."""
    outputs_signature: str
    tag: str
    """``flyte_cached-`` and the hash of all counted inputs."""

    @property
    def dataset(self) -> core.Identifier:
        """The dataset of the catalog in which the outputs lie under the tag."""
        return core.Identifier(
            resource_type=core.ResourceType.DATASET,
            project=self.project,
            domain=self.domain,
            name=f"{_DATASET_PREFIX}{self.task}",
            version=f"{self.cache_version}-{self.inputs_signature}-{self.outputs_signature}",
        )

    @property
    def catalog(self) -> core.CatalogMetadata:
        """The key as a node's record tells of it."""
        return core.CatalogMetadata(dataset_id=self.dataset, artifact_tag=core.CatalogArtifactTag(name=self.tag))


def cache_key(task: core.TaskTemplate, inputs: core.LiteralMap) -> CacheKey:
    """The key of the outputs that ``task`` gives for ``inputs``."""
    return key_of_digests(task, input_digests(task, inputs))


def key_of_digests(task: core.TaskTemplate, digests: Mapping[str, bytes]) -> CacheKey:
    """The key for inputs that have been hashed one by one."""
    interface = task.interface
    # The hash of the LiteralMap, put together from those of its members.
    whole = hash_members({"literals": hash_members(digests)} if digests else {})
    return CacheKey(
        project=task.id.project,
        domain=task.id.domain,
        task=task.id.name,
        cache_version=task.metadata.discovery_version,
        inputs_signature=_signature(interface.inputs.SerializeToString(deterministic=True)),
        outputs_signature=_signature(interface.outputs.SerializeToString(deterministic=True)),
        tag=_TAG_PREFIX + text_of_hash(whole),
    )


def input_digests(task: core.TaskTemplate, inputs: core.LiteralMap) -> dict[str, bytes]:
    """The hash of each input that the task does not ignore, by name; a literal that brings its own counts with that alone."""
    ignored = frozenset(task.metadata.cache_ignore_input_vars)
    counted = sorted(name for name in inputs.literals if name not in ignored)
    return {name: object_hash(_hashed(inputs.literals[name])) for name in counted}


def key_of_dataset(dataset: core.Identifier, tag: str) -> CacheKey | None:
    """The key behind a dataset's id and a tag; None for datasets and tags that are not a task's."""
    match = _VERSION.fullmatch(dataset.version)
    if match is None or not dataset.name.startswith(_DATASET_PREFIX) or not tag.startswith(_TAG_PREFIX):
        return None
    version, inputs, outputs = match.groups()
    return CacheKey(dataset.project, dataset.domain, dataset.name.removeprefix(_DATASET_PREFIX), version, inputs, outputs, tag)


def _hashed(literal: core.Literal) -> core.Literal:
    if literal.hash:
        return core.Literal(hash=literal.hash)
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return core.Literal(collection=core.LiteralCollection(literals=[_hashed(item) for item in literal.collection.literals]))
    if kind == "map":
        return core.Literal(map=core.LiteralMap(literals={key: _hashed(item) for key, item in literal.map.literals.items()}))
    return literal


@lru_cache(maxsize=512)
def _signature(variables: bytes) -> str:
    """The hash of one side of an interface, cut. Kept, since all items of an array ask for the same."""
    stripped = core.VariableMap.FromString(variables)
    for variable in stripped.variables.values():
        variable.ClearField("description")
        _strip(variable.type)
    return text_of_hash(object_hash(stripped))[:_SIGNATURE_LENGTH]


def _strip(literal_type: core.LiteralType) -> None:
    """Remove what does not count from a type: metadata, and annotations other than those made for cache keys.

    ``structure`` (tags of unions, fields of dataclasses) stays as it is.
    """
    literal_type.ClearField("metadata")
    if _COUNTED_ANNOTATION not in literal_type.annotation.annotations.fields:
        literal_type.ClearField("annotation")
    kind = literal_type.WhichOneof("type")
    if kind == "collection_type":
        _strip(literal_type.collection_type)
    elif kind == "map_value_type":
        _strip(literal_type.map_value_type)
    elif kind == "union_type":
        for variant in literal_type.union_type.variants:
            _strip(variant)
    elif kind == "structured_dataset_type":
        for column in literal_type.structured_dataset_type.columns:
            _strip(column.literal_type)

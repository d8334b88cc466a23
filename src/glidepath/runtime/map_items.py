"""One item of a map task: ``pyflyte-map-execute`` picks its elements from the lists of the whole map (flytekit.md, 2.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from glidepath.authoring.map_options import MapOptions
from glidepath.authoring.map_tasks import MAP_RESOLVER, ArrayNodeMapTask
from glidepath.authoring.resolver import load_task
from glidepath.authoring.tasks import PythonAutoContainerTask, Task
from glidepath.errors import FlyteEntityNotFoundException, FlyteNonRecoverableSystemException, FlyteSystemException
from glidepath.idl import core
from glidepath.runtime.attempt import Attempt
from glidepath.storage import Storage

_INDEX_NAME = "BATCH_JOB_ARRAY_INDEX_VAR_NAME"
_OFFSET = "BATCH_JOB_ARRAY_INDEX_OFFSET"


class ItemAttempt(Attempt):
    """An attempt of one item, chosen by the variables of the environment."""

    def _found(self) -> Task[..., Any]:
        return load_map(self._arguments.resolver, self._arguments.resolver_args)

    def _inputs(self, task: Task[..., Any]) -> core.LiteralMap:
        bound = task.shape.bound if isinstance(task, ArrayNodeMapTask) else ()
        return item_inputs(super()._inputs(task), bound, array_index(self._env), self._storage)


def load_map(location: str, args: Sequence[str]) -> Task[..., Any]:
    """The map task of ``vars <names of bound inputs> resolver <location> <arguments>``.

    Raises FlyteEntityNotFoundException for another resolver and for arguments that name no task.
    """
    if location != MAP_RESOLVER or len(args) < 4 or args[0] != "vars" or args[2] != "resolver":
        raise FlyteEntityNotFoundException(
            f"{' '.join([location, *args])} names no map task", hint="a map is found by vars NAMES resolver LOCATION ARGUMENTS"
        )
    mapped = load_task(args[3], list(args[4:]))
    if not isinstance(mapped, PythonAutoContainerTask):
        return mapped  # whoever loads a task says what is wrong with it
    return ArrayNodeMapTask(mapped, dict.fromkeys(filter(None, args[1].split(","))), MapOptions())


def array_index(env: Mapping[str, str]) -> int:
    """Which item this process runs. Raises FlyteSystemException when the platform has not said it."""
    name = env.get(_INDEX_NAME, "")
    given = env.get(name, "") if name else ""
    if not given.isdigit():
        raise FlyteSystemException(
            f"this process is not told which item of the map it is: {_INDEX_NAME} is {name!r}, and that is {given!r}"
        )
    return int(env.get(_OFFSET) or 0) + int(given)


def item_inputs(inputs: core.LiteralMap, bound: Collection[str], index: int, storage: Storage) -> core.LiteralMap:
    """The inputs of one item: its element of each list, and the bound inputs as they are.

    Raises FlyteNonRecoverableSystemException for an input that is no list, or a shorter one.
    """
    found = core.LiteralMap()
    for name, literal in inputs.literals.items():
        if name in bound:
            found.literals[name].CopyFrom(literal)
            continue
        items = _here(literal, storage).collection.literals
        if index >= len(items):
            raise FlyteNonRecoverableSystemException(f"input {name!r} of the map has {len(items)} items, none at {index}")
        found.literals[name].CopyFrom(items[index])
    return found


def _here(literal: core.Literal, storage: Storage) -> core.Literal:
    """The literal itself, where it lies in a file of its own."""
    while literal.HasField("offloaded_metadata"):
        literal = core.Literal.FromString(storage.get(literal.offloaded_metadata.uri))
    return literal

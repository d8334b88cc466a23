"""Cached tasks of local runs: outputs of an earlier run, of this process or another, in place of a new one.

Keys are the server's (:mod:`glidepath.engine.cache_keys`), but a file of this machine counts by its content, since its path
says nothing: a run has a folder of its own, and a file of the user's changes where it is. Loaded for cached tasks only.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

from glidepath.engine import cache_differences as differences
from glidepath.engine.cache_differences import Difference, Work, nearest, shown
from glidepath.errors import FlyteException
from glidepath.idl import core
from glidepath.idl.literal_uris import Place, moved, places_in
from glidepath.local.cache_folder import CacheFolder, cache_root
from glidepath.storage import Storage
from glidepath.storage.presence import is_there
from glidepath.storage.uris import is_remote, local_path

_CHUNK_BYTES = 1024 * 1024


class Looked(NamedTuple):
    """What came of a look into the cache."""

    work: Work
    outputs: core.LiteralMap | None
    """None for a miss."""


def look_up(task: core.TaskTemplate, inputs: core.LiteralMap, storage: Storage) -> Looked:
    """Look for outputs of ``task`` for ``inputs``. An entry of which a file is missing is removed, and a miss."""
    work = work_of(task, inputs)
    folder = CacheFolder(cache_root())
    outputs = folder.read(work.key)
    if outputs is None:
        _say("miss", work, _why(folder, work))
        return Looked(work, None)
    for place in places_in(outputs, task.interface.outputs):
        if not _is_there(storage, place):
            folder.remove(work.key)
            _say("miss", work, f"the outputs are kept, but nothing is at {place.uri} any more")
            return Looked(work, None)
    _say("hit", work, "")
    return Looked(work, outputs)


def _is_there(storage: Storage, place: Place) -> bool:
    try:
        return is_there(storage, place.uri, is_folder=place.is_folder)
    except FlyteException:  # a store that cannot be asked now: whoever reads the data will hear why
        return True


def keep(task: core.TaskTemplate, work: Work, outputs: core.LiteralMap) -> None:
    """Keep the outputs of a success. A disk that is full or closed to us loses the entry, not the run."""
    try:
        CacheFolder(cache_root()).write(work, outputs, task.interface.outputs)
    except OSError as error:
        import warnings  # only a fault needs it

        warnings.warn(f"the outputs of {work.key.task} cannot be kept in {cache_root()}: {error}", RuntimeWarning, stacklevel=2)


def work_of(task: core.TaskTemplate, inputs: core.LiteralMap) -> Work:
    """The key of a local run of a task, and its inputs one by one."""
    by_content = _by_content(inputs, task.interface.inputs)
    work = differences.work_of(task, by_content)
    return work._replace(inputs={name: each._replace(value=shown(inputs.literals[name])) for name, each in work.inputs.items()})


def explained(found: list[Difference]) -> str:
    """Differences as a text: ``input n: 3 -> 4; cache version: 1 -> 2``."""
    return "; ".join(f"{each.what}: {each.old or '(none)'} -> {each.new or '(none)'}" for each in found)


def _why(folder: CacheFolder, work: Work) -> str:
    if not _is_listened_to():
        return ""
    near = nearest(work, ((entry, entry.work) for entry in folder.entries(work.key.task)))
    return f"the nearest entry differs in {explained(near[1])}" if near is not None else "nothing is kept of this task"


def _is_listened_to() -> bool:
    """Whether somebody asked for log lines; logging itself takes 3 ms to load."""
    if "logging" not in sys.modules:
        return False
    import logging

    return logging.getLogger(__name__).isEnabledFor(logging.INFO)


def _say(what: str, work: Work, why: str) -> None:
    if _is_listened_to():
        import logging

        logging.getLogger(__name__).info("cache %s for %s, key %s%s", what, work.key.task, work.key.tag, f": {why}" * bool(why))


def _by_content(inputs: core.LiteralMap, types: core.VariableMap) -> core.LiteralMap:
    """The inputs with the content of files of this machine in the place of their paths."""
    return moved(inputs, lambda place: place.uri if is_remote(place.uri) else f"content:{_digest(place)}", types)


def _digest(place: Place) -> str:
    digest = hashlib.sha256()
    root = local_path(place.uri)
    if root.is_dir():
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
                _add_file(digest, path)
    elif root.is_file():
        _add_file(digest, root)
    else:
        digest.update(place.uri.encode())  # not there: its task will say so
    return digest.hexdigest()


def _add_file(digest: hashlib._Hash, path: Path) -> None:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)

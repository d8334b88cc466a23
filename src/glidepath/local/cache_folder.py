"""The folder in which local runs keep outputs of cached tasks: one folder for each entry, made whole or not at all.

``<root>/<task>/<cache version and interface>/<hash of the inputs>/`` holds ``outputs.pb``, ``work.json`` (what the outputs
are the outputs of) and ``files/`` (copies of the files that the outputs name). Nothing is locked: a folder appears by one
rename, and of two processes that make the same entry the first wins.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from google.protobuf.message import DecodeError

from glidepath.engine.cache_differences import Given, Work
from glidepath.engine.cache_keys import CacheKey
from glidepath.idl import core
from glidepath.idl.literal_uris import Place, moved
from glidepath.storage.uris import is_remote, local_path

_OUTPUTS, _WORK, _FILES = "outputs.pb", "work.json", "files"
_UNFINISHED = ".new-"


def cache_root() -> Path:
    """``glidepath`` in ``$GLIDEPATH_LOCAL_CACHE``, else in ``~/.flyte/local-cache``, where stock flytekit keeps its own."""
    return Path(os.environ.get("GLIDEPATH_LOCAL_CACHE") or "~/.flyte/local-cache").expanduser() / "glidepath"


class Entry(NamedTuple):
    """One that is kept."""

    work: Work
    kept_at: float
    """Seconds since 1970."""
    folder: Path


class CacheFolder:
    """Entries below a root, which need not exist yet."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, key: CacheKey) -> core.LiteralMap | None:
        """The outputs under a key; None where there is no entry, or none that can be read."""
        try:
            return core.LiteralMap.FromString((self._place(key) / _OUTPUTS).read_bytes())
        except (OSError, DecodeError):
            return None

    def write(self, work: Work, outputs: core.LiteralMap, types: core.VariableMap) -> None:
        """Keep outputs with the files that they name, in place of what is kept under the key. Raises OSError."""
        place = self._place(work.key)
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.parent / f"{_UNFINISHED}{os.urandom(8).hex()}"
        new.mkdir(mode=0o700)
        try:
            kept = moved(outputs, _Copying(new / _FILES, place / _FILES), types)
            (new / _WORK).write_text(json.dumps({"key": work.key, "inputs": work.inputs}, ensure_ascii=False), "utf-8")
            (new / _OUTPUTS).write_bytes(kept.SerializeToString(deterministic=True))
            self.remove(work.key)
            new.rename(place)
        except FileExistsError:  # another process was faster
            return
        except OSError as error:
            if not place.exists():
                raise
            del error  # a folder that is not empty: another process was faster
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def remove(self, key: CacheKey) -> None:
        """Forget what is kept under a key."""
        shutil.rmtree(self._place(key), ignore_errors=True)

    def clear(self) -> int:
        """Forget everything; returns how many entries there were."""
        count = sum(1 for _ in self.entries())
        shutil.rmtree(self._root, ignore_errors=True)
        return count

    def entries(self, task: str = "") -> Iterator[Entry]:
        """All entries, or those of one task; newest first. One that cannot be read is passed over."""
        found = []
        for file in self._root.glob(f"{quote(task, safe='') if task else '*'}/*/*/{_WORK}"):
            try:
                document = json.loads(file.read_text("utf-8"))
                inputs = {name: Given(*pair) for name, pair in document["inputs"].items()}
                found.append(Entry(Work(CacheKey(*document["key"]), inputs), file.stat().st_mtime, file.parent))
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return iter(sorted((each for each in found if not each.folder.name.startswith(_UNFINISHED)), key=_newest_first))

    def _place(self, key: CacheKey) -> Path:
        version = f"{key.cache_version}-{key.inputs_signature}-{key.outputs_signature}"
        return self._root / quote(key.task, safe="") / quote(version, safe="") / key.tag


def _newest_first(entry: Entry) -> float:
    return -entry.kept_at


class _Copying:
    """Copies each file or folder of this machine into ``target``, and gives the path it will have below ``final``."""

    def __init__(self, target: Path, final: Path) -> None:
        self._target = target
        self._final = final
        self._count = 0

    def __call__(self, place: Place) -> str:
        if is_remote(place.uri):
            return place.uri
        source = local_path(place.uri)
        part = Path(str(self._count), source.name)
        self._count += 1
        if source.is_dir():
            shutil.copytree(source, self._target / part)
        else:
            (self._target / part).parent.mkdir(parents=True)
            shutil.copy2(source, self._target / part)
        return str(self._final / part)

"""Upload the code bundle of a package. The wire wants the bytes of the inner tar, not of the ``.tar.gz`` (reference A8)."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from glidepath.cli.flytectl.context import Scope
from glidepath.clients.upload import Destination
from glidepath.errors import FlyteValueException

if TYPE_CHECKING:
    from glidepath.clients.friendly import Client

_CHUNK = 1024 * 1024
_ALWAYS_ALLOWED = 256 * 1024 * 1024
_LARGEST_RATIO = 100


def upload_bundle(client: Client, bundle: Path, scope: Scope, folder: Path) -> str:
    """Unpack the gzip layer into ``folder``, upload it under the bundle's name, and return its address for tasks."""
    tar = folder / f"{bundle.name}.unpacked"
    unpack(bundle, tar)
    try:
        return client.upload(tar, Destination(scope.project, scope.domain, filename=bundle.name))
    finally:
        tar.unlink()


def unpack(bundle: Path, tar: Path) -> None:
    """Write the tar inside a gzip file. Code shrinks to a tenth, not to a hundredth: beyond 256 MiB that is a bomb.

    Raises FlyteValueException for a bomb, and for a file that is cut off or no gzip.
    """
    limit = max(_ALWAYS_ALLOWED, bundle.stat().st_size * _LARGEST_RATIO)
    written = 0
    try:
        with gzip.open(bundle) as packed, tar.open("wb") as out:
            while chunk := packed.read(_CHUNK):
                written += len(chunk)
                if written > limit:
                    raise FlyteValueException(
                        f"the code bundle unpacks to more than {limit} bytes", where=bundle.name, hint="is it a zip bomb?"
                    )
                out.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FlyteValueException(f"the code bundle is no complete gzip file: {error}", where=bundle.name) from error

"""Talk to a control plane: ``RawClient`` has one method per RPC, ``Client`` adds pages, look-ups, registration, uploads.

>>> from glidepath.clients import Client, PlatformConfig
>>> with Client.connect(PlatformConfig.auto()) as client:  # doctest: +SKIP
...     newest = client.latest_workflow("flytesnacks", "development", "hello.hello_wf")

Names load on first use, so that reading a configuration does not load grpc.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glidepath.clients.config import PlatformConfig as PlatformConfig
    from glidepath.clients.friendly import Client as Client
    from glidepath.clients.raw import RawClient as RawClient

_HOMES = {
    "Client": "glidepath.clients.friendly",
    "PlatformConfig": "glidepath.clients.config",
    "RawClient": "glidepath.clients.raw",
}

__all__ = ["Client", "PlatformConfig", "RawClient"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)

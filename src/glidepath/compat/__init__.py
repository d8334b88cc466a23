"""``import flytekit`` answered by Glidepath, so that users' files run as they are."""

from __future__ import annotations

import sys

_PACKAGE = "flytekit"


def install(prefer_stock: bool = False) -> bool:
    """Let ``import flytekit`` find Glidepath's objects; gives back whether it does now.

    With ``prefer_stock`` a stock flytekit that can be imported stays what it is. Installing twice is installing once. Raises
    ImportError when stock flytekit has been imported in this process already and ours was asked for.
    """
    from glidepath.compat.finder import FlytekitFinder, stock_is_importable

    if any(isinstance(finder, FlytekitFinder) for finder in sys.meta_path):
        return True
    if prefer_stock and stock_is_importable():
        return False
    if _PACKAGE in sys.modules:
        raise ImportError(
            "stock flytekit is imported in this process already, so its tasks are not Glidepath's; "
            "let Glidepath's command load your code, and nothing before it"
        )
    sys.meta_path.insert(0, FlytekitFinder())
    return True


def uninstall() -> None:
    """Take the answer away again, and what was imported through it."""
    from glidepath.compat.finder import FlytekitFinder

    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, FlytekitFinder)]
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == _PACKAGE and getattr(module.__spec__, "origin", None) == "glidepath":
            del sys.modules[name]

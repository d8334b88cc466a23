"""Folders of Python files, and a clean ``sys.modules`` and ``sys.path`` after each test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Tree = Callable[..., Path]


@pytest.fixture(autouse=True)
def _fresh_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test imported from its own folder."""
    monkeypatch.delenv("FLYTE_PYTHON_PACKAGE_ROOT", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None) or getattr(sys.modules[name], "__path__", "")):
            del sys.modules[name]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Write files: ``tree({"a/b.py": "x = 1"})``; a path that ends with ``/`` is an empty folder."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write

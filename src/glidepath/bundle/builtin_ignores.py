"""What never belongs into a bundle unless ``.flyteignore`` asks for it: environments, caches, version control, build output."""

from __future__ import annotations

from pathlib import Path

# Never shipped, whatever an ignore file says.
VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})

_FOLDERS = frozenset(
    {
        "__pycache__",
        "node_modules",
        "target",
        ".cache",
        ".eggs",
        ".hypothesis",
        ".idea",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        ".vscode",
    }
)
_FOLDER_SUFFIXES = (".egg-info", ".dist-info")
_FILES = frozenset({".DS_Store", "Thumbs.db", ".coverage"})
_FILE_SUFFIXES = (".pyc", ".pyo")


def is_ignored_folder(folder: Path) -> bool:
    """Whether a folder is a virtual environment, a cache, or the like."""
    return reason_to_ignore_folder(folder) is not None


def reason_to_ignore_folder(folder: Path) -> str | None:
    """Why a folder is left out, or ``None``.

    An environment is known by its ``pyvenv.cfg`` or ``conda-meta``; a package that happens to be called ``target`` stays.
    """
    name = folder.name
    if name in VERSION_CONTROL:
        return "version control"
    if (name in _FOLDERS and not (folder / "__init__.py").is_file()) or name.endswith(_FOLDER_SUFFIXES):
        return f"built in: {name}/"
    if (folder / "pyvenv.cfg").is_file() or (folder / "conda-meta").is_dir():
        return "built in: virtual environment"
    return None


def reason_to_ignore_file(name: str) -> str | None:
    """Why a file is left out by its name, or ``None``."""
    if name in _FILES or name.endswith(_FILE_SUFFIXES):
        return f"built in: {name if name in _FILES else '*' + Path(name).suffix}"
    return None

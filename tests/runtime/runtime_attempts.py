"""Runs ``pyflyte-execute`` in this process on a module made for the test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from glidepath.idl import core
from glidepath.runtime.entrypoint import main

RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"


class Workbench:
    """A folder with a module ``name``, and attempts that run its tasks."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
        self.root = root
        self.module = f"flow_{root.name}".replace("-", "_")
        (root / f"{self.module}.py").write_text(source)
        monkeypatch.syspath_prepend(str(root))
        monkeypatch.chdir(root)
        # ``main`` appends the working directory for good, as a process of its own may.
        monkeypatch.setattr(sys, "path", list(sys.path))

    def argv(self, task: str, *flags: str, **inputs: int) -> list[str]:
        literals = core.LiteralMap()
        for name, value in inputs.items():
            literals.literals[name].scalar.primitive.integer = value
        (self.root / "inputs.pb").write_bytes(literals.SerializeToString())
        places = ["--inputs", f"{self.root}/inputs.pb", "--output-prefix", f"{self.root}/out", *flags]
        return ["pyflyte-execute", *places, "--resolver", RESOLVER, "--", "task-module", self.module, "task-name", task]

    def run(self, task: str, *flags: str, **inputs: int) -> int:
        return main(self.argv(task, *flags, **inputs))

    def outputs(self) -> core.LiteralMap:
        return core.LiteralMap.FromString((self.root / "out" / "outputs.pb").read_bytes())

    def error(self) -> core.ContainerError:
        return core.ErrorDocument.FromString((self.root / "out" / "error.pb").read_bytes()).error

    def written(self) -> set[str]:
        folder = self.root / "out"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

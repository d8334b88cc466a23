"""The folder of a run."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from glidepath.local.folders import new_run_folder


def test_the_folder_is_new_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    first, second = new_run_folder(), new_run_folder()
    assert {first, second} == set(tmp_path.iterdir())
    assert stat.S_IMODE(first.stat().st_mode) == 0o700


def test_a_place_that_is_not_there_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    assert new_run_folder().is_dir()

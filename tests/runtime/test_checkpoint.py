import io
from pathlib import Path

import pytest

from glidepath.runtime.checkpoint import Checkpoint
from glidepath.storage import open_storage


def pair(root: Path) -> tuple[Checkpoint, Checkpoint]:
    """The checkpoints of a first attempt and of the one after it."""
    storage = open_storage()
    return Checkpoint(storage, f"{root}/0", None), Checkpoint(storage, f"{root}/1", f"{root}/0")


def test_bytes_go_from_one_attempt_to_the_next(tmp_path: Path) -> None:
    first, second = pair(tmp_path)
    assert (first.prev_exists(), first.read(), first.restore()) == (False, None, None)
    first.write(b"epoch 3")
    assert (tmp_path / "0" / "_dst_cp").read_bytes() == b"epoch 3"
    assert (second.prev_exists(), second.read()) == (True, b"epoch 3")


def test_files_folders_and_open_files_are_saved(tmp_path: Path) -> None:
    first, second = pair(tmp_path)
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub" / "f").write_text("deep")
    (tmp_path / "single").write_text("file")
    first.save(tree)
    first.save(str(tmp_path / "single"))
    first.save(io.BytesIO(b"stream"))
    restored = second.restore()
    assert restored is not None
    found = {str(path.relative_to(restored)): path.read_text() for path in restored.rglob("*") if path.is_file()}
    assert found == {"sub/f": "deep", "single": "file", "_dst_cp": "stream"}
    with pytest.raises(ValueError, match="expected one checkpoint, found 3"):
        second.read()


def test_an_attempt_that_saved_nothing_leaves_nothing(tmp_path: Path) -> None:
    _, second = pair(tmp_path)
    assert second.read() is None


def test_restores_to_folders_only(tmp_path: Path) -> None:
    _, second = pair(tmp_path)
    with pytest.raises(ValueError, match="restored to a folder"):
        second.restore(tmp_path / "nowhere")

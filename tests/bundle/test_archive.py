"""Archives: the same files give the same bytes; different files never share a name."""

import gzip
import os
import tarfile
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from glidepath.bundle.archive import content_digest, write_archive
from glidepath.bundle.selection import SelectedFile, Selection
from glidepath.bundle.walking import walk
from glidepath.errors import FlyteValueException
from glidepath.storage.archives import extract_archive

Tree = Callable[[dict[str, str]], Path]
FILES = {"src/a.py": "x = 1\n", "src/run.sh": "#!/bin/sh\n", "src/d/ä 文.txt": "text", "src/" + "long/" * 40 + "name.py": ""}


def packed(root: Path, to: Path) -> Path:
    return write_archive(walk(root), to).path


def test_members_are_plain_and_dated_1980(tree: Tree, tmp_path: Path) -> None:
    root = tree(FILES) / "src"
    (root / "run.sh").chmod(0o700)
    (root / "link.py").symlink_to("a.py")
    archive = write_archive(walk(root), tmp_path / "out")
    assert archive.path == tmp_path / "out" / f"fast{archive.digest}.tar.gz"
    assert archive.size == archive.path.stat().st_size
    with tarfile.open(archive.path) as tar:
        members = {member.name: member for member in tar.getmembers()}
        assert tar.pax_headers == {}
    assert list(members) == sorted(members)
    assert {member.mtime for member in members.values()} == {315532800}
    assert {(m.uid, m.gid, m.uname, m.gname) for m in members.values()} == {(0, 0, "", "")}
    assert {name: oct(member.mode) for name, member in members.items() if not name.startswith("long")} == {
        "a.py": "0o644",
        "d/ä 文.txt": "0o644",
        "link.py": "0o777",
        "run.sh": "0o755",
    }
    assert members["link.py"].linkname == "a.py"
    assert archive.path.read_bytes()[4:8] == b"\0\0\0\0"


def test_bytes_do_not_depend_on_when_where_and_who(tree: Tree, tmp_path: Path) -> None:
    root = tree(FILES) / "src"
    first = packed(root, tmp_path / "one").read_bytes()
    for path in root.rglob("*"):
        os.utime(path, (1, 1))
    (root / "a.py").chmod(0o600)
    (root / "elsewhere").mkdir()
    assert packed(root, tmp_path / "two").read_bytes() == first


def test_it_unpacks_to_what_was_packed(tree: Tree, tmp_path: Path) -> None:
    root = tree(FILES) / "src"
    extract_archive(packed(root, tmp_path / "out"), tmp_path / "back")
    back = {path.relative_to(tmp_path / "back"): path.read_bytes() for path in (tmp_path / "back").rglob("*") if path.is_file()}
    assert back == {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "1"}, {"a": "2"}),
        ({"a/bc": ""}, {"ab/c": ""}),
        ({"a": "x", "b": ""}, {"a": "", "b": "x"}),
        ({"a": "xb", "b": "c"}, {"a": "x", "b": "bc"}),
        ({"a": ""}, {"A": ""}),
    ],
)
def test_different_trees_have_different_digests(tree: Tree, one: dict[str, str], other: dict[str, str]) -> None:
    root = tree({f"{side}/{name}": text for side, files in (("one", one), ("two", other)) for name, text in files.items()})
    assert content_digest(walk(root / "one")) != content_digest(walk(root / "two"))


def test_links_and_the_executable_bit_are_part_of_the_digest(tree: Tree) -> None:
    root = tree({"a": "x", "b": "x", "l/.keep": ""})
    digests = {content_digest(walk(root))}
    (root / "a").chmod(0o755)
    digests.add(content_digest(walk(root)))
    (root / "l/link").symlink_to("../a")
    digests.add(content_digest(walk(root)))
    (root / "l/link").unlink()
    (root / "l/link").symlink_to("../b")
    digests.add(content_digest(walk(root)))
    assert len(digests) == 4


def test_the_digest_without_writing_is_that_of_the_archive(tree: Tree, tmp_path: Path) -> None:
    root = tree(FILES) / "src"
    assert content_digest(walk(root)) == write_archive(walk(root), tmp_path / "out").digest


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.binary(max_size=20), min_size=1, max_size=5))
def test_any_tree_unpacks_to_itself(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    root, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("out")
    for name, content in files.items():
        (root / name).write_bytes(content)
    extract_archive(packed(root, out), out / "back")
    assert {path.name: path.read_bytes() for path in (out / "back").iterdir()} == files


def test_names_are_composed_and_two_spellings_of_one_name_are_refused(tree: Tree, tmp_path: Path) -> None:
    plain, split = unicodedata.normalize("NFC", "é.py"), unicodedata.normalize("NFD", "é.py")
    root = tree({f"one/{split}": "", f"two/{split}": "", f"two/{plain}": ""})
    with tarfile.open(packed(root / "one", tmp_path / "out")) as tar:
        assert tar.getnames() == [plain]
    with pytest.raises(FlyteValueException, match="have the same name, written in two ways"):
        packed(root / "two", tmp_path / "out")


def test_a_file_that_vanishes_leaves_no_archive_behind(tmp_path: Path) -> None:
    gone = Selection(tmp_path, (SelectedFile("gone.py", tmp_path / "gone.py", 1),))
    with pytest.raises(FlyteValueException, match="cannot be packed: No such file or directory"):
        write_archive(gone, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    name = b"\xff.txt".decode("utf-8", "surrogateescape")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / name).write_text("x")
    with tarfile.open(packed(tmp_path / "src", tmp_path / "out")) as tar:
        assert tar.getnames() == [name]


def test_the_gzip_header_names_no_file_and_no_time(tree: Tree, tmp_path: Path) -> None:
    path = packed(tree(FILES) / "src", tmp_path / "out")
    assert path.read_bytes()[3] == 0
    assert gzip.decompress(path.read_bytes())[:5] == b"a.py\0"

"""Which files go into a bundle: ignore files with and without git, links, and the reason for each."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glidepath.bundle.files import CopyFiles, explain, select_files
from glidepath.bundle.loading import load_file
from glidepath.bundle.walking import walk
from glidepath.errors import FlyteValueException

Tree = Callable[[dict[str, str]], Path]


def names(root: Path, **options: bool) -> list[str]:
    return [file.name for file in walk(root, **options).files]


def left_out(root: Path) -> dict[str, str]:
    return {each.name: each.rule for each in walk(root).left_out}


def test_everything_sorted(tree: Tree) -> None:
    root = tree({"b.py": "", "a/c.txt": "", "a.py": "", "a/b/d": ""})
    assert names(root) == ["a.py", "a/b/d", "a/c.txt", "b.py"]


def test_what_is_built_in(tree: Tree) -> None:
    root = tree(
        {
            "a.py": "",
            "a.pyc": "",
            "__pycache__/a.pyc": "",
            "x/__pycache__/b": "",
            "node_modules/m/i.js": "",
            "target/big": "",
            "env/pyvenv.cfg": "",
            "env/lib/x.py": "",
            "conda/conda-meta/history": "",
            ".git/config": "",
            "pkg.egg-info/PKG-INFO": "",
            ".DS_Store": "",
            "pkg/target/__init__.py": "",
        }
    )
    assert names(root) == ["a.py", "pkg/target/__init__.py"]
    assert left_out(root) == {
        ".DS_Store": "built in: .DS_Store",
        ".git/": ".git",
        "__pycache__/": "built in: __pycache__/",
        "a.pyc": "built in: *.pyc",
        "conda/": "built in: virtual environment",
        "env/": "built in: virtual environment",
        "node_modules/": "built in: node_modules/",
        "pkg.egg-info/": "built in: pkg.egg-info/",
        "target/": "built in: target/",
        "x/__pycache__/": "built in: __pycache__/",
    }


GITIGNORE_CASES = {
    # depth: a name counts everywhere, a path only from its folder
    "*.log": (["a.log", "d/b.log"], ["a.py"]),
    "/only.txt": (["only.txt"], ["d/only.txt"]),
    "d/x.txt": (["d/x.txt"], ["e/d/x.txt"]),
    "data/": (["data/x", "e/data/y"], ["f/data"]),
    "**/deep": (["deep", "a1/b1/deep"], ["deeper"]),
    "a2/**/z": (["a2/z", "a2/b/z", "a2/b/c/z"], ["z"]),
    "q?.txt": (["q1.txt"], ["q12.txt"]),
    "[ab].c": (["a.c", "d2/b.c"], ["c.c"]),
    "\\!x": (["!x"], ["x"]),
    "# comment": ([], ["# comment"]),
}


@pytest.mark.parametrize("pattern", GITIGNORE_CASES)
@pytest.mark.parametrize("file", [".gitignore", ".flyteignore"])
def test_gitignore_patterns(tree: Tree, file: str, pattern: str) -> None:
    gone, kept = GITIGNORE_CASES[pattern]
    root = tree({file: f"{pattern}\n", **dict.fromkeys([*gone, *kept], "")})
    assert set(names(root)) == {file, *kept}


@pytest.mark.slow
@pytest.mark.parametrize("pattern", GITIGNORE_CASES)
def test_gitignore_patterns_mean_what_they_mean_to_git(tree: Tree, pattern: str) -> None:
    gone, kept = GITIGNORE_CASES[pattern]
    root = tree({".gitignore": f"{pattern}\n", **dict.fromkeys([*gone, *kept], "")})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    command = ["git", "-C", str(root), "ls-files", "-o", "--exclude-standard", "-z"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    assert names(root) == sorted(filter(None, listed))


def test_negation_and_order(tree: Tree) -> None:
    root = tree({".gitignore": "*.log\n!keep.log\nout/\n!out/keep.log\n", "a.log": "", "keep.log": "", "out/keep.log": ""})
    assert names(root) == [".gitignore", "keep.log"]


def test_nested_gitignore_files(tree: Tree) -> None:
    root = tree(
        {
            ".gitignore": "*.txt\n",
            "d/.gitignore": "!*.txt\n/x.txt\n",
            "a.txt": "",
            "d/a.txt": "",
            "d/x.txt": "",
            "d/e/x.txt": "",
        }
    )
    assert names(root) == [".gitignore", "d/.gitignore", "d/a.txt", "d/e/x.txt"]
    assert left_out(root) == {"a.txt": ".gitignore:1: *.txt", "d/x.txt": "d/.gitignore:2: /x.txt"}


def test_a_gitignore_above_the_root_counts_inside_a_repository_only(tree: Tree) -> None:
    files = {".gitignore": "*.csv\n/app/local/\n", "app/a.csv": "", "app/a.py": "", "app/local/x": ""}
    root = tree(files) / "app"
    assert names(root) == ["a.csv", "a.py", "local/x"]
    (root.parent / ".git").mkdir()
    assert names(root) == ["a.py"]


def test_tracked_files_are_not_ignored(tree: Tree) -> None:
    root = tree({".gitignore": "*.bin\nout/\n", "a.bin": "", "b.bin": "", "out/c": "", "out/d": ""})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "-f", "a.bin", "out/c"], check=True)
    assert names(root) == [".gitignore", "a.bin", "out/c"]
    assert explain(root / "a.bin", root) == "a.bin goes in: tracked by git"


DOCKER_CASES = {
    "*.log": (["a.log"], ["d/b.log"]),
    "**/*.log": (["a.log", "d/b.log", "d/e/c.log"], ["log"]),
    "/data": (["data/x"], ["d/data"]),
    "data/": (["data/x"], []),
    "a/../b": (["b"], ["a/b"]),
    "d/*/x": (["d/e/x"], ["d/x", "d/e/f/x"]),
    "d/**": (["d/x", "d/e/x"], ["x"]),
    "[ab].c": (["a.c"], ["c.c"]),
    "q?": (["q1"], ["q12"]),
    "\\#x": (["#x"], ["x"]),
    "*\n!src\n!keep.*": (["a.py", "lib/b.py"], ["src/c.py", "keep.me"]),
    "lib\n!lib/keep\nlib/keep/x": (["lib/a", "lib/keep/x"], ["lib/keep/y"]),
    "# *\n\n.": ([], ["a"]),
}


@pytest.mark.parametrize("patterns", DOCKER_CASES)
def test_dockerignore_patterns(tree: Tree, patterns: str) -> None:
    gone, kept = DOCKER_CASES[patterns]
    root = tree({".dockerignore": patterns, **dict.fromkeys([*gone, *kept], "")})
    assert set(names(root)) - {".dockerignore"} == set(kept)


def test_dockerignore_does_not_take_back_what_git_ignores(tree: Tree) -> None:
    root = tree({".gitignore": "*.bin\n", ".dockerignore": "*\n!a.*\n", "a.bin": "", "a.py": ""})
    assert names(root) == ["a.py"]


def test_flyteignore_wins_and_takes_back(tree: Tree) -> None:
    root = tree(
        {
            ".gitignore": "data/\n*.so\n",
            ".dockerignore": "models\n",
            ".flyteignore": "notes.md\n!data/keep.csv\n!*.so\n!models/\n!node_modules/tool/\n",
            "notes.md": "",
            "data/keep.csv": "",
            "data/drop.csv": "",
            "lib/fast.so": "",
            "models/m.bin": "",
            "models/__pycache__/x.pyc": "",
            "node_modules/tool/run.js": "",
            "node_modules/other/run.js": "",
            ".venv/pyvenv.cfg": "",
            ".venv/x.so": "",
        }
    )
    assert [name for name in names(root) if not name.startswith(".")] == [
        "data/keep.csv",
        "lib/fast.so",
        "models/m.bin",
        "node_modules/tool/run.js",
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "a.py goes in: no rule leaves it out"),
        ("data/x.csv", "data/x.csv is left out by .gitignore:1: data/ (data/ is out)"),
        ("data", "data is left out by .gitignore:1: data/"),
        ("more/m.bin", "more/m.bin goes in: .flyteignore:1: !more/m.bin"),
        ("more/n.bin", "more/n.bin is left out by .gitignore:2: more/"),
        ("build/x", "build/x is left out by .dockerignore:1: build (build/ is out)"),
        (".git/config", ".git/config is left out by .git (.git/ is out)"),
    ],
)
def test_explain(tree: Tree, path: str, text: str) -> None:
    root = tree(
        {
            ".gitignore": "data/\nmore/\n",
            ".dockerignore": "build\n",
            ".flyteignore": "!more/m.bin\n",
            **dict.fromkeys(["a.py", "data/x.csv", "more/m.bin", "more/n.bin", "build/x", ".git/config"], ""),
        }
    )
    assert explain(root / path, root) == text
    walked = walk(root)
    assert ("goes in" in text) is (path in {file.name for file in walked.files})


def test_explain_wants_a_path_below_the_root(tmp_path: Path) -> None:
    with pytest.raises(FlyteValueException, match="is no file or folder below"):
        explain(tmp_path / "gone", tmp_path)


def test_links(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "o.txt").write_text("outside")
    (outside / "folder").mkdir()
    (outside / "folder/f.txt").write_text("f")
    root = tree({"a.txt": "aaa", "d/b.txt": "b", ".gitignore": "hidden.txt\n", "hidden.txt": "hh"})
    (root / "d/inside").symlink_to("../a.txt")
    (root / "absolute").symlink_to(root / "a.txt")
    (root / "out").symlink_to(outside / "o.txt")
    (root / "broken").symlink_to("nowhere")
    (root / "to_hidden").symlink_to("hidden.txt")
    (root / "folder").symlink_to(outside / "folder")
    (root / "d/loop").symlink_to("..")
    found = walk(root)
    assert {file.name: (file.link, file.size) for file in found.files} == {
        ".gitignore": (None, 11),
        "a.txt": (None, 3),
        "absolute": (None, 3),
        "d/b.txt": (None, 1),
        "d/inside": ("../a.txt", 0),
        "out": (None, 7),
        "to_hidden": (None, 2),
    }
    assert {each.name: each.rule for each in found.left_out} == {
        "broken": "broken link",
        "d/loop/": "link to a folder (followed with --deref-symlinks)",
        "folder/": "link to a folder (followed with --deref-symlinks)",
        "hidden.txt": ".gitignore:1: hidden.txt",
    }
    followed = walk(root, deref_symlinks=True)
    assert [file.name for file in followed.files] == [
        ".gitignore",
        "a.txt",
        "absolute",
        "d/b.txt",
        "d/inside",
        "folder/f.txt",
        "out",
        "to_hidden",
    ]
    assert {file.link for file in followed.files} == {None}
    assert {each.name: each.rule for each in followed.left_out}["d/loop/"] == "link to a folder above it"


def test_links_through_links_end(tree: Tree) -> None:
    root = tree({"a/x": "", "b/y": ""})
    (root / "a/b").symlink_to("../b")
    (root / "b/a").symlink_to("../a")
    assert names(root, deref_symlinks=True) == ["a/b/y", "a/x", "b/a/x", "b/y"]


def test_sockets_and_pipes_are_skipped(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"a.py": ""})
    monkeypatch.chdir(root)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert names(root) == ["a.py"]
        assert left_out(root) == {"pipe": "not a file", "socket": "not a file"}


def test_files_of_this_command_and_backslashes_are_left_out(tree: Tree) -> None:
    root = tree({"a.py": "", "out.tgz": "", "b\\c.py": ""})
    found = select_files(root, CopyFiles.ALL, without=[root / "out.tgz"])
    assert [file.name for file in found.files] == ["a.py"]
    assert [each.name for each in found.left_out] == ["b\\c.py", "out.tgz"]


def test_auto_takes_the_loaded_modules_whatever_is_ignored(tree: Tree) -> None:
    root = tree(
        {
            ".gitignore": "gen/\n",
            "wf.py": "import gen.code\nfrom pkg import used\n",
            "gen/code.py": "",
            "pkg/__init__.py": "",
            "pkg/used.py": "",
            "pkg/unused.py": "",
            "data.csv": "",
        }
    )
    load_file(root / "wf.py")
    assert [file.name for file in select_files(root, CopyFiles.AUTO).files] == [
        "gen/code.py",
        "pkg/__init__.py",
        "pkg/used.py",
        "wf.py",
    ]


def test_auto_leaves_libraries_inside_the_root_out(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"wf.py": "import bundled_library\n", "env/bundled_library.py": ""})
    monkeypatch.syspath_prepend(root / "env")
    monkeypatch.setattr("glidepath.bundle.user_modules.library_folders", lambda: {str(root / "env")})
    load_file(root / "wf.py")
    found = select_files(root, CopyFiles.AUTO)
    assert [file.name for file in found.files] == ["wf.py"]
    assert [(each.name, each.rule) for each in found.left_out] == [("env/bundled_library.py", "installed library")]


def test_auto_works_for_a_project_inside_an_environment(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"env/proj/wf.py": ""}) / "env/proj"
    monkeypatch.setattr("glidepath.bundle.user_modules.library_folders", lambda: {str(root.parent)})
    load_file(root / "wf.py")
    assert [file.name for file in select_files(root, CopyFiles.AUTO).files] == ["wf.py"]


def test_none_takes_nothing(tree: Tree) -> None:
    assert select_files(tree({"a.py": ""}), CopyFiles.NONE).files == ()


def test_an_empty_bundle_is_refused_with_the_rules_that_emptied_it(tree: Tree) -> None:
    root = tree({".dockerignore": "*\n", "a.py": ""})
    with pytest.raises(FlyteValueException) as raised:
        select_files(root, CopyFiles.ALL)
    assert raised.value.message == f"no file below {root} goes into the bundle: .dockerignore:1: *"


def test_too_many_files_are_refused(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glidepath.bundle.walking.MOST_FILES", 3)
    with pytest.raises(FlyteValueException, match="holds more than 3 files"):
        walk(tree(dict.fromkeys("abcd", "")))

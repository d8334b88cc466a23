"""Loading: what goes wrong in the user's files is said with the user's lines."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from glidepath.bundle.loading import load_file, load_packages, load_paths
from glidepath.errors import FlyteImportException, FlyteValueException

Tree = Callable[[dict[str, str]], Path]


def import_error(path: Path) -> FlyteImportException:
    with pytest.raises(FlyteImportException) as raised:
        load_file(path)
    return raised.value


def lines_of(error: BaseException | None) -> list[tuple[str, int | None]]:
    assert error is not None
    frames = traceback.extract_tb(error.__traceback__)
    return [(Path(frame.filename).name, frame.lineno) for frame in frames if "importlib" not in frame.filename]


def test_a_missing_module(tree: Tree) -> None:
    file = tree({"wf.py": "import os\nimport no_such_module.x\n"}) / "wf.py"
    error = import_error(file)
    assert str(error) == (
        f"{file} does not import: ModuleNotFoundError: No module named 'no_such_module'\n"
        f"  at: {file}:2\n"
        "  try: install no_such_module, or run from the environment that has it"
    )
    assert lines_of(error.__cause__) == [("wf.py", 2)]


def test_an_error_in_a_file_that_the_file_imports(tree: Tree) -> None:
    folder = tree({"wf.py": "import broken\n", "broken.py": "\n\ndef f():\n    1 / 0\n\nf()\n"})
    error = import_error(folder / "wf.py")
    assert error.message == f"{folder}/wf.py does not import: ZeroDivisionError: division by zero"
    assert error.where == f"{folder}/broken.py:4"
    assert lines_of(error.__cause__) == [("wf.py", 1), ("broken.py", 6), ("broken.py", 4)]


def test_an_error_inside_a_library_is_placed_at_the_users_line(tree: Tree) -> None:
    file = tree({"wf.py": "import json\njson.loads('{')\n"}) / "wf.py"
    assert import_error(file).where == f"{file}:2"


def test_a_syntax_error(tree: Tree) -> None:
    file = tree({"wf.py": "x = 1\ndef f(:\n"}) / "wf.py"
    error = import_error(file)
    assert error.where == f"{file}:2"
    assert isinstance(error.__cause__, SyntaxError)


def test_a_file_that_ends_the_program(tree: Tree) -> None:
    file = tree({"wf.py": "import sys\nsys.exit(3)\n"}) / "wf.py"
    error = import_error(file)
    assert error.message == f"{file} does not import: it ended the program (exit code 3)"
    assert error.hint == 'put what runs the program under `if __name__ == "__main__":`'


def test_our_own_errors_keep_their_place_and_hint(tree: Tree) -> None:
    code = "from glidepath.errors import FlyteTypeException\nraise FlyteTypeException('no', where='here', hint='that')\n"
    error = import_error(tree({"wf.py": code}) / "wf.py")
    assert (error.where, error.hint) == ("here", "that")


def test_an_installed_package_that_hides_a_folder(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tree({"work/hidden_by/wf.py": "", "site/hidden_by/__init__.py": ""})
    monkeypatch.syspath_prepend(folder / "site")
    with pytest.raises(FlyteImportException) as raised:
        load_paths([folder / "work/hidden_by"])
    assert raised.value.hint == "an installed package 'hidden_by' hides the folder: add an __init__.py to the folder"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FlyteValueException, match="is not a file"):
        load_file(tmp_path / "gone.py")
    with pytest.raises(FlyteValueException, match="does not exist"):
        load_paths([tmp_path / "gone"])
    with pytest.raises(FlyteValueException, match="no files, folders or packages to load"):
        load_paths([])
    with pytest.raises(FlyteValueException, match="no files, folders or packages to load"):
        load_packages([], tmp_path)


def test_a_broken_sibling_is_an_error_unless_errors_are_skipped(tree: Tree) -> None:
    folder = tree({"app/a.py": "", "app/bad.py": "import no_such_module\n", "app/c.py": ""})
    with pytest.raises(FlyteImportException, match=r"bad\.py does not import"):
        load_paths([folder / "app"])
    loaded = load_paths([folder / "app"], skip_errors=True)
    assert [each.name for each in loaded.modules] == ["app.a", "app.c"]
    assert [each.where for each in loaded.failures] == [f"{folder}/app/bad.py:1"]


def test_what_is_not_a_module_of_a_folder(tree: Tree) -> None:
    folder = tree(
        {
            "app/a.py": "",
            "app/__main__.py": "1/0",
            "app/setup.py": "1/0",
            "app/conftest.py": "1/0",
            "app/a.test.py": "1/0",
            "app/.hidden/x.py": "1/0",
            "app/__pycache__/x.py": "1/0",
            "app/env/pyvenv.cfg": "",
            "app/env/lib/x.py": "1/0",
            "app/data.d/x.py": "1/0",
            "app/readme.txt": "",
        }
    )
    assert [each.name for each in load_paths([folder / "app"]).modules] == ["app.a"]


def test_a_file_is_loaded_once(tree: Tree) -> None:
    file = tree({"wf.py": "runs = []\nruns.append(1)\n"}) / "wf.py"
    assert load_file(file).module is load_file(file).module


def test_a_link_is_a_module_where_the_link_lies(tree: Tree) -> None:
    folder = tree({"real/wf.py": "", "linked/": ""})
    (folder / "linked/other.py").symlink_to(folder / "real/wf.py")
    assert load_file(folder / "linked/other.py").name == "other"

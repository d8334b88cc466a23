"""Roots and module names: as stock where stock works, and where it does not."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glidepath.bundle.loading import load_file, load_packages, load_paths
from glidepath.bundle.naming import find_root, module_name, stock_root
from glidepath.errors import FlyteValueException

Tree = Callable[[dict[str, str]], Path]
PROJECT = {
    "proj/pyproject.toml": "",
    "proj/examples/hello.py": "",
    "proj/examples/sub/a.py": "",
    "proj/pkg/__init__.py": "",
    "proj/pkg/c.py": "",
    "proj/pkg/inner/__init__.py": "",
    "proj/pkg/inner/b.py": "",
    "proj/src/ns/deep/__init__.py": "",
    "proj/src/ns/deep/d.py": "",
}


@pytest.mark.parametrize(
    ("path", "root", "name"),
    [
        ("examples/hello.py", "proj/examples", "hello"),
        ("examples/sub/a.py", "proj/examples/sub", "a"),
        ("pkg/c.py", "proj", "pkg.c"),
        ("pkg/inner/b.py", "proj", "pkg.inner.b"),
        ("pkg/inner/__init__.py", "proj", "pkg.inner"),
        ("src/ns/deep/d.py", "proj/src/ns", "deep.d"),
    ],
)
def test_a_file_is_named_as_stock_names_it(tree: Tree, path: str, root: str, name: str) -> None:
    folder = tree(PROJECT)
    loaded = load_file(folder / "proj" / path)
    assert (loaded.root, loaded.name, loaded.module.__name__) == (folder / root, name, name)
    assert sys.path[0] == str(folder / root)


@pytest.mark.parametrize(
    ("paths", "root", "names"),
    [
        (["examples"], "proj", ["examples.hello", "examples.sub.a"]),
        (["pkg"], "proj", ["pkg", "pkg.c", "pkg.inner", "pkg.inner.b"]),
        (["pkg/inner"], "proj", ["pkg", "pkg.inner", "pkg.inner.b"]),
        (["src/ns"], "proj/src", ["ns.deep", "ns.deep.d"]),
        (["pkg/c.py", "pkg/inner"], "proj", ["pkg", "pkg.c", "pkg.inner", "pkg.inner.b"]),
        (["examples", "pkg/c.py"], "proj", ["examples.hello", "examples.sub.a", "pkg", "pkg.c"]),
    ],
)
def test_folders_are_named_as_stock_names_them(tree: Tree, paths: list[str], root: str, names: list[str]) -> None:
    folder = tree(PROJECT)
    loaded = load_paths([folder / "proj" / path for path in paths])
    assert loaded.root == folder / root
    assert [each.name for each in loaded.modules] == names


def test_paths_with_different_roots_are_refused(tree: Tree) -> None:
    folder = tree(PROJECT) / "proj"
    with pytest.raises(FlyteValueException) as raised:
        load_paths([folder / "examples", folder / "src/ns/deep/d.py"])
    assert raised.value.message == (
        f"Specified module {folder}/src/ns/deep/d.py has root {folder}/src/ns but {folder} already specified"
    )


def test_a_namespace_package_is_found_by_its_own_imports(tree: Tree) -> None:
    folder = tree(
        {
            "src/ns/deep/__init__.py": "",
            "src/ns/deep/d.py": "from ns.other.e import value\n",
            "src/ns/other/e.py": "value = 3\n",
        }
    )
    loaded = load_file(folder / "src/ns/deep/d.py")
    assert (loaded.root, loaded.name, loaded.module.value) == (folder / "src", "ns.deep.d", 3)


def test_a_namespace_folder_in_an_import_from(tree: Tree) -> None:
    folder = tree({"src/ns/a.py": "from ns import (\n    b,\n)\n", "src/ns/b.py": "import ns.a\n"})
    assert load_file(folder / "src/ns/b.py").name == "ns.b"


def test_a_src_layout_given_as_a_folder(tree: Tree) -> None:
    folder = tree({"pyproject.toml": "", "src/app/__init__.py": "", "src/app/a.py": "import app.b\n", "src/app/b.py": ""})
    loaded = load_paths([folder / "src"])
    assert loaded.root == folder / "src"
    assert [each.name for each in loaded.modules] == ["app", "app.a", "app.b"]


def test_scripts_that_import_each_other(tree: Tree) -> None:
    folder = tree({"examples/a.py": "from helper import value\n", "examples/helper.py": "value = 1\n"})
    loaded = load_paths([folder / "examples"])
    assert loaded.root == folder / "examples"
    assert [each.name for each in loaded.modules] == ["a", "helper"]


def test_a_project_folder_whose_packages_import_each_other(tree: Tree) -> None:
    folder = tree({"my-proj/setup.py": "1/0", "my-proj/a/__init__.py": "import b.c\n", "my-proj/b/c.py": ""})
    assert [each.name for each in load_paths([folder / "my-proj"]).modules] == ["a", "b.c"]


def test_a_file_above_which_an_installed_packages_name_stands(tree: Tree) -> None:
    folder = tree({"click/examples/hello.py": "import click\nfrom click import Option\n", "click/Option.py": ""})
    assert load_file(folder / "click/examples/hello.py").name == "hello"


def test_stdlib_names_are_no_evidence(tree: Tree) -> None:
    folder = tree({"json/tool/__init__.py": "", "json/tool/x.py": "from json import decoder\n", "json/decoder.py": ""})
    assert find_root([folder / "json/tool/x.py"], [folder / "json/tool/x.py"], {}) == folder / "json"


@pytest.mark.parametrize(
    ("value", "root", "name"),
    [("auto", "proj/examples", "hello"), ("", "proj/examples", "hello"), (".", "proj", "examples.hello")],
)
def test_the_environment_names_the_root(tree: Tree, monkeypatch: pytest.MonkeyPatch, value: str, root: str, name: str) -> None:
    folder = tree(PROJECT)
    monkeypatch.chdir(folder / "proj")
    loaded = load_file(Path("examples/hello.py"), {"FLYTE_PYTHON_PACKAGE_ROOT": value})
    assert (loaded.root, loaded.name) == (folder / root, name)


def test_the_environment_names_a_path(tree: Tree) -> None:
    folder = tree(PROJECT)
    environ = {"FLYTE_PYTHON_PACKAGE_ROOT": str(folder)}
    assert load_file(folder / "proj/pkg/c.py", environ).name == "proj.pkg.c"
    with pytest.raises(FlyteValueException, match="lies outside"):
        load_file(folder / "proj/pkg/c.py", {"FLYTE_PYTHON_PACKAGE_ROOT": str(folder / "elsewhere")})


def test_a_file_under_two_names_is_refused_with_both(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tree({"app/__init__.py": "", "app/a.py": "import b\nimport app.b\n", "app/b.py": ""})
    monkeypatch.syspath_prepend(folder / "app")
    with pytest.raises(FlyteValueException) as raised:
        load_file(folder / "app/a.py")
    assert raised.value.message == f"{folder}/app/b.py was imported under two names: 'app.b' and 'b'"
    assert "FLYTE_PYTHON_PACKAGE_ROOT" in raised.value.hint


def test_libraries_in_an_environment_inside_the_root_may_have_two_names(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = "env/lib/site-packages"
    folder = tree({"wf.py": "import lib_a, pk.lib_a\n", f"{packages}/pk/__init__.py": "", f"{packages}/pk/lib_a.py": ""})
    monkeypatch.syspath_prepend(folder / packages)
    monkeypatch.syspath_prepend(folder / packages / "pk")
    assert [each.name for each in load_paths([folder / "wf.py"]).modules] == ["wf"]


def test_one_module_object_under_two_names_is_no_fault(tree: Tree) -> None:
    folder = tree({"a.py": "import sys\nsys.modules['alias_of_a'] = sys.modules[__name__]\n"})
    assert load_file(folder / "a.py").name == "a"
    del sys.modules["alias_of_a"]


def test_a_name_that_is_taken(tree: Tree) -> None:
    folder = tree({"json.py": ""})
    with pytest.raises(FlyteValueException) as raised:
        load_file(folder / "json.py")
    assert raised.value.message.startswith(f"{folder}/json.py would be the module 'json', but that name belongs to ")
    assert raised.value.hint == "rename the file"


def test_a_name_with_a_dot_is_no_module_name(tmp_path: Path) -> None:
    with pytest.raises(FlyteValueException, match="makes no module name"):
        module_name(tmp_path / "a.b/c.py", tmp_path)


def test_a_root_of_the_file_system_ends_the_search() -> None:
    assert stock_root(Path("/x.py")) == Path("/")


@pytest.mark.parametrize(
    ("names", "source", "root", "modules"),
    [
        (["examples"], ".", ".", ["examples.hello", "examples.sub.a"]),
        (["pkg.inner", "pkg.c"], ".", ".", ["pkg", "pkg.c", "pkg.inner", "pkg.inner.b"]),
        (["ns"], "src", "src", ["ns.deep", "ns.deep.d"]),
        (["ns"], ".", "src", ["ns.deep", "ns.deep.d"]),
    ],
)
def test_packages(tree: Tree, names: list[str], source: str, root: str, modules: list[str]) -> None:
    folder = tree(PROJECT) / "proj"
    loaded = load_packages(names, folder / source)
    assert loaded.root == folder if root == "." else folder / root
    assert [each.name for each in loaded.modules] == modules


def test_an_installed_package(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tree({"site/library/__init__.py": "", "site/library/wf.py": "", "work/": ""})
    monkeypatch.syspath_prepend(folder / "site")
    loaded = load_packages(["library"], folder / "work")
    assert loaded.root == folder / "work"
    assert [(each.name, each.root) for each in loaded.modules] == [
        ("library", folder / "site"),
        ("library.wf", folder / "site"),
    ]


def test_a_package_that_is_nowhere(tmp_path: Path) -> None:
    with pytest.raises(FlyteValueException, match=r"There is no package or module 'nowhere\.x'"):
        load_packages(["nowhere.x"], tmp_path)

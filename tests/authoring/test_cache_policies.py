"""Versions of caches that follow from the function."""

import importlib.util
import sys
from pathlib import Path

import pytest

from glidepath import Cache, CacheFunctionBody, VersionParameters, task, workflow
from glidepath.errors import FlyteValidationException

BODY = '''
from glidepath import Cache, task

HEADER
def counted(n: int) -> int:
    """DOC"""
    return n + NUMBER  # COMMENT
'''


def version_of(folder: Path, **parts: str) -> str:
    """The cache version of the task in a module made from BODY."""
    given = {"HEADER": "@task(cache=True)", "NUMBER": "1", "DOC": "Count.", "COMMENT": "", **parts}
    source = BODY
    for name, text in given.items():
        source = source.replace(name, text)
    path = folder / f"counting_{abs(hash(source))}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    version: str = module.counted.settings.cache.version
    return version


@pytest.mark.parametrize(
    "parts",
    [{"COMMENT": "a word"}, {"DOC": "Count it."}, {"HEADER": "@task(cache=True, retries=3)"}, {"NUMBER": "(1)"}],
    ids=["comment", "docstring", "arguments of task", "formatting"],
)
def test_what_does_not_change_the_result_does_not_change_the_version(tmp_path: Path, parts: dict[str, str]) -> None:
    assert version_of(tmp_path, **parts) == version_of(tmp_path)


@pytest.mark.parametrize(
    "parts",
    [
        {"NUMBER": "2"},
        {"HEADER": '@task(cache=Cache(salt="x"))'},
        {"HEADER": "import functools\n@task(cache=True)\n@functools.lru_cache"},
    ],
    ids=["body", "salt", "a decorator of the user's"],
)
def test_what_may_change_the_result_changes_the_version(tmp_path: Path, parts: dict[str, str]) -> None:
    assert version_of(tmp_path, **parts) != version_of(tmp_path)


def test_the_switch_alone_and_an_empty_cache_mean_the_same(tmp_path: Path) -> None:
    assert version_of(tmp_path) == version_of(tmp_path, HEADER="@task(cache=Cache(policies=[]))")


def doubled(n: int) -> int:
    return 2 * n


def test_the_version_is_the_same_in_every_process() -> None:
    policy, parameters = CacheFunctionBody(), VersionParameters(doubled)
    assert policy.get_version("s", parameters) == "3d9c51e6bca3b9a2055d335192588d2b8c690c1dcbc236d27075c64f8054c59c"


def test_a_function_without_source_needs_a_version() -> None:
    names: dict[str, object] = {}
    exec("def typed(n: int) -> int:\n    return n", names)
    with pytest.raises(FlyteValidationException, match="the source of typed cannot be read"):
        CacheFunctionBody().get_version("", VersionParameters(names["typed"]))  # type: ignore[arg-type]


@task
def plain(n: int) -> int:
    return n


def test_an_override_must_name_its_version() -> None:
    @workflow
    def wf(n: int) -> int:
        return plain(n=n).with_overrides(cache=Cache())

    with pytest.raises(FlyteValidationException, match="there is none here"):
        wf(n=1)

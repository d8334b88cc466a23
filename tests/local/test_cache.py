"""Cached tasks of local runs: what is found again, in this process and in the next one."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from glidepath import Cache, FlyteDirectory, FlyteFile, HashMethod, LaunchPlan, current_context, task, workflow
from glidepath.local.cache_folder import CacheFolder, cache_root

calls: list[str] = []


@pytest.fixture(autouse=True)
def forgotten() -> None:
    calls.clear()


@task(cache=Cache(version="1"))
def square(n: int) -> int:
    calls.append(f"square {n}")
    return n * n


@task(cache=Cache(version="1", ignored_inputs=("seed",)))
def drawn(n: int, seed: int) -> int:
    calls.append(f"drawn {n} {seed}")
    return n + seed


@workflow
def squares(n: int = 3) -> int:
    return square(n=square(n=n))


def test_a_workflow_finds_what_an_earlier_run_kept() -> None:
    assert [squares(n=2), squares(n=2)] == [16, 16]
    assert calls == ["square 2", "square 4"]


def test_plain_calls_and_nodes_share_what_is_kept() -> None:
    assert [square(n=5), square(n=5), squares(n=5)] == [25, 25, 625]
    assert calls == ["square 5", "square 25"]


def test_launch_plans_share_it_too() -> None:
    plan = LaunchPlan.get_or_create(workflow=squares, name="cached_plan", default_inputs={"n": 3})
    assert (squares(n=3), plan()) == (81, 81)
    assert calls == ["square 3", "square 9"]


def test_ignored_inputs_do_not_count() -> None:
    assert [drawn(n=1, seed=1), drawn(n=1, seed=2), drawn(n=2, seed=2)] == [2, 2, 4]


@pytest.mark.parametrize("off", ["false", "0", "no", "off", ""])
def test_the_cache_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, off: str) -> None:
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", off)
    assert [squares(n=2), squares(n=2), square(n=2)] == [16, 16, 4]
    assert len(calls) == 5
    assert not cache_root().exists()


def test_overwriting_runs_the_task_and_replaces_its_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [drawn(n=1, seed=1)]
    with monkeypatch.context() as overwriting:
        overwriting.setenv("FLYTE_LOCAL_CACHE_OVERWRITE", "true")
        seeds.append(drawn(n=1, seed=5))
    seeds.append(drawn(n=1, seed=9))
    assert seeds == [2, 6, 6]


def test_overwriting_in_a_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    squares(n=2)
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_OVERWRITE", "true")
    squares(n=2)
    assert calls == ["square 2", "square 4"] * 2


@task(cache=Cache(version="1"))
def later(n: int) -> int:
    calls.append(f"later {n}")
    return n + 1


@task(cache=Cache(version="1"))
async def async_later(n: int) -> int:
    calls.append(f"async {n}")
    return n + 1


def test_an_async_task_is_still_awaited() -> None:
    async def both() -> list[int]:
        return [await async_later(n=1), await async_later(n=1)]

    assert asyncio.run(both()) == [2, 2]
    assert calls == ["async 1"]


@task
def calls_another(n: int) -> int:
    return later(n=n) + later(n=n)


def test_a_task_inside_a_task_is_a_function_call() -> None:
    @workflow
    def wf(n: int) -> int:
        return calls_another(n=n)

    assert wf(n=1) == 4
    assert calls == ["later 1", "later 1"]


@task(cache=Cache(version="1"))
def fails(n: int) -> int:
    calls.append("fails")
    raise ValueError("no")


def test_failures_are_not_kept() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fails(n=1)
    assert calls == ["fails", "fails"]


def length(text: str) -> str:
    return str(len(text))


@task
def said(text: str) -> Annotated[str, HashMethod(length)]:
    return text


@task(cache=Cache(version="1"))
def shouted(text: str) -> str:
    calls.append(f"shouted {text}")
    return text.upper()


@workflow
def shouting(text: str) -> str:
    return shouted(text=said(text=text))


def test_a_value_with_a_hash_counts_with_it() -> None:
    assert [shouting(text="abc"), shouting(text="xyz"), shouting(text="four")] == ["ABC", "ABC", "FOUR"]


# --- files


@task(cache=Cache(version="1"))
def written(text: str) -> FlyteFile:
    calls.append("written")
    path = Path(current_context().working_directory, "out.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return FlyteFile(str(path))


@task(cache=Cache(version="1"))
def size_of(file: FlyteFile) -> int:
    calls.append("size_of")
    return len(Path(file).read_text())


@workflow
def sizes(text: str) -> int:
    return size_of(file=written(text=text))


def test_files_outlive_the_folder_of_their_run() -> None:
    kept = written(text="hello")
    Path(kept.path).unlink()
    again = written(text="hello")
    assert (Path(again.path).read_text(), Path(again.path).name) == ("hello", "out.txt")
    assert str(again.path).startswith(str(cache_root()))
    assert calls == ["written"]


def test_a_hit_whose_file_is_gone_is_a_miss() -> None:
    written(text="hello")
    Path(written(text="hello").path).unlink()
    assert Path(written(text="hello").path).read_text() == "hello"
    assert calls == ["written", "written"]


def test_a_file_counts_by_its_content_and_not_by_its_place(tmp_path: Path) -> None:
    for name, text in [("a.txt", "one"), ("b.txt", "one"), ("a.txt", "three")]:
        (tmp_path / name).write_text(text)
        size_of(file=FlyteFile(str(tmp_path / name)))
    assert calls == ["size_of", "size_of"]


def test_what_follows_a_cached_task_is_found_too() -> None:
    assert [sizes(text="abc"), sizes(text="abc")] == [3, 3]
    assert calls == ["written", "size_of"]


@dataclass
class Report:
    title: str
    body: FlyteFile


@task(cache=Cache(version="1"))
def reported(title: str) -> Report:
    calls.append("reported")
    path = Path(current_context().working_directory, "body.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(title * 2)
    return Report(title, FlyteFile(str(path)))


def test_files_inside_dataclasses_are_kept_and_missed() -> None:
    Path(reported(title="x").body.path).unlink()
    again = reported(title="x")
    assert (again.title, Path(again.body.path).read_text()) == ("x", "xx")
    Path(again.body.path).unlink()
    reported(title="x")
    assert calls == ["reported", "reported"]


@task(cache=Cache(version="1"))
def folder_of(n: int) -> FlyteDirectory:
    calls.append("folder")
    folder = Path(current_context().working_directory, "many")
    folder.mkdir(parents=True)
    for i in range(n):
        (folder / f"{i}.txt").write_text(str(i))
    return FlyteDirectory(str(folder))


def test_folders_are_kept_whole() -> None:
    folder_of(n=3)
    assert sorted(os.listdir(folder_of(n=3).path)) == ["0.txt", "1.txt", "2.txt"]
    assert calls == ["folder"]


# --- the folder


def test_clearing_forgets_everything() -> None:
    square(n=1)
    square(n=2)
    assert CacheFolder(cache_root()).clear() == 2
    square(n=1)
    assert calls == ["square 1", "square 2", "square 1"]


def test_an_entry_that_is_damaged_is_a_miss() -> None:
    square(n=1)
    [entry] = CacheFolder(cache_root()).entries()
    (entry.folder / "outputs.pb").write_bytes(b"\xff\xff")
    assert square(n=1) == 1
    assert calls == ["square 1", "square 1"]


def test_a_folder_that_takes_nothing_loses_the_entry_and_not_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GLIDEPATH_LOCAL_CACHE", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="outputs of .*square cannot be kept"):
        assert square(n=3) == 9


@pytest.mark.slow
def test_the_next_process_finds_what_this_one_kept(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from glidepath import Cache, task, workflow\n"
        "@task(cache=Cache(version='1'))\n"
        "def double(n: int) -> int:\n"
        "    print('ran')\n"
        "    return 2 * n\n"
        "@workflow\n"
        "def wf(n: int) -> int:\n"
        "    return double(n=n)\n"
        "if __name__ == '__main__':\n"
        "    print(wf(n=21))\n"
    )
    runs = [subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert runs == ["ran\n42\n", "42\n"]

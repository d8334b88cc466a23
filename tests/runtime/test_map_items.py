"""``pyflyte-map-execute``: one item of a map."""

import tarfile
from pathlib import Path

import pytest
from runtime_attempts import RESOLVER, Workbench

from glidepath.authoring import SerializationSettings, map_task
from glidepath.authoring.map_tasks import MAP_RESOLVER
from glidepath.idl import core
from glidepath.runtime.context import local_parameters
from glidepath.runtime.entrypoint import main
from glidepath.runtime.execution import run_task
from glidepath.runtime.map_items import load_map
from glidepath.storage import open_storage
from glidepath.types import DataContext

SOURCE = """
from glidepath import current_context, task

@task
def double(x: int) -> int:
    return 2 * x

@task
def label(x: int, y: str, z: float = 2.0) -> str:
    return f"{x}{y}{z}"

@task
def fail(x: int) -> int:
    raise ValueError(f"bad {x}")

@task
def nothing(x: int): ...

@task
def big(x: int) -> str:
    return "x" * 1_200_000
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv("BATCH_JOB_ARRAY_INDEX_VAR_NAME", "FLYTE_K8S_ARRAY_INDEX")
    monkeypatch.setenv("FLYTE_K8S_ARRAY_INDEX", "1")
    return Workbench(tmp_path, monkeypatch, SOURCE)


def literals(**values: object) -> core.LiteralMap:
    found = core.LiteralMap()
    for name, value in values.items():
        found.literals[name].CopyFrom(literal(value))
    return found


def literal(value: object) -> core.Literal:
    if isinstance(value, list):
        return core.Literal(collection=core.LiteralCollection(literals=[literal(item) for item in value]))
    kind = {int: "integer", str: "string_value", float: "float_value"}[type(value)]
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(**{kind: value})))


def argv(bench: Workbench, task: str, bound: str = "", **values: object) -> list[str]:
    (bench.root / "inputs.pb").write_bytes(literals(**values).SerializeToString())
    places = ["--inputs", f"{bench.root}/inputs.pb", "--output-prefix", f"{bench.root}/out"]
    inner = ["vars", bound, "resolver", RESOLVER, "task-module", bench.module, "task-name", task]
    return ["pyflyte-map-execute", *places, "--resolver", MAP_RESOLVER, "--", *inner]


def test_an_item_gets_its_element_of_each_list_and_what_is_bound(bench: Workbench) -> None:
    assert main(argv(bench, "label", "z", x=[4, 5, 6], y=["a", "b", "c"], z=0.5)) == 0
    assert bench.outputs().literals["o0"].scalar.primitive.string_value == "5b0.5"


def test_the_platform_may_shift_the_index(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_JOB_ARRAY_INDEX_OFFSET", "1")
    main(argv(bench, "double", x=[4, 5, 6]))
    assert bench.outputs().literals["o0"].scalar.primitive.integer == 12


def test_a_list_in_a_file_of_its_own_is_read(bench: Workbench) -> None:
    line = argv(bench, "double", x=[])
    (bench.root / "list.pb").write_bytes(literal([7, 8]).SerializeToString())
    inputs = core.LiteralMap()
    inputs.literals["x"].offloaded_metadata.uri = f"{bench.root}/list.pb"
    (bench.root / "inputs.pb").write_bytes(inputs.SerializeToString())
    main(line)
    assert bench.outputs().literals["o0"].scalar.primitive.integer == 16


def test_an_item_without_outputs_writes_an_empty_map(bench: Workbench) -> None:
    main(argv(bench, "nothing", x=[1, 2]))
    assert bench.outputs() == core.LiteralMap()


def test_what_an_item_raises_is_its_own_error(bench: Workbench) -> None:
    assert main(argv(bench, "fail", x=[1, 2])) == 0
    assert (bench.error().code, bench.error().origin) == ("USER:RuntimeError", core.ExecutionError.USER)
    assert "bad 2" in bench.error().message


def test_big_outputs_of_an_item_are_offloaded_as_its_own_type(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_F_L_MIN_SIZE_MB", "1")
    main(argv(bench, "big", x=[1, 2]))
    assert bench.outputs().literals["o0"].offloaded_metadata.inferred_type.simple == core.SimpleType.STRING


def test_an_index_past_the_list_is_final(bench: Workbench) -> None:
    main(argv(bench, "double", x=[1]))
    assert bench.error().kind == core.ContainerError.NON_RECOVERABLE
    assert "input 'x' of the map has 1 items, none at 1" in bench.error().message


def test_a_process_that_is_told_no_index_says_so(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLYTE_K8S_ARRAY_INDEX")
    main(argv(bench, "double", x=[1]))
    assert "not told which item of the map it is" in bench.error().message


@pytest.mark.parametrize("change", [{MAP_RESOLVER: RESOLVER}, {"vars": "variables"}, {"double": "missing"}])
def test_arguments_that_name_no_map_are_the_users_error(bench: Workbench, change: dict[str, str]) -> None:
    main([change.get(word, word) for word in argv(bench, "double", x=[1, 2])])
    assert bench.error().origin == core.ExecutionError.USER


def test_a_resolver_must_be_named(bench: Workbench, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["pyflyte-map-execute", "--inputs", "i", "--output-prefix", "o"])
    assert end.value.code == 2
    assert "--resolver" in capsys.readouterr().err


def test_fetched_code_is_mapped_in_the_same_process(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "")
    (bench.root / "elsewhere.py").write_text(SOURCE)
    with tarfile.open(bench.root / "code.tar.gz", "w:gz") as tar:
        tar.add(bench.root / "elsewhere.py", f"packed_{bench.module}.py")
    inner = [word.replace(bench.module, f"packed_{bench.module}") for word in argv(bench, "double", x=[1, 2])[5:]]
    places = argv(bench, "double", x=[1, 2])[:5]
    archive = ["--additional-distribution", f"{bench.root}/code.tar.gz", "--dest-dir", f"{bench.root}/x"]
    assert main(["pyflyte-fast-execute", *archive, "--", *places, *inner]) == 0
    assert bench.outputs().literals["o0"].scalar.primitive.integer == 4


def test_the_command_of_a_map_loads_the_task_that_it_maps(bench: Workbench) -> None:
    import importlib

    task = importlib.import_module(bench.module).double
    command = map_task(task).command(SerializationSettings())
    at = command.index("--resolver")
    assert command[0] == "pyflyte-map-execute"
    assert load_map(command[at + 1], command[at + 3 :]).worker is task


def test_a_local_run_gives_an_item_its_own_inputs(bench: Workbench) -> None:
    import importlib

    mapped = map_task(importlib.import_module(bench.module).double)
    ctx = DataContext(open_storage(), str(bench.root / "raw"), bench.root / "data", upload=False)
    outputs = run_task(mapped, literals(x=21), ctx, local_parameters(str(bench.root)))
    assert outputs == literals(o0=42)

"""The files that a container finds and leaves (reference: engine.md, 2.6)."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from glidepath.errors import FlyteValueException
from glidepath.idl import core
from glidepath.idl.go_durations import duration_text, parse_duration
from glidepath.runtime import container_run
from glidepath.runtime.container_inputs import write_inputs
from glidepath.runtime.container_outputs import ContainerOutputError, error_told, read_outputs
from glidepath.runtime.container_run import DataFolders, missing_program, run_command
from glidepath.storage import open_storage
from glidepath.types import DataContext, literal_type_of, to_literal

STORAGE = open_storage()


def literals(tmp_path: Path, **values: tuple[object, object]) -> core.LiteralMap:
    ctx = DataContext(STORAGE, str(tmp_path / "raw"), tmp_path / "local", upload=False)
    return core.LiteralMap(
        literals={name: to_literal(value, kind, literal_type_of(kind), ctx) for name, (value, kind) in values.items()}
    )


def written(tmp_path: Path, layout: int = core.DataLoadingConfig.PROTO, **values: tuple[object, object]) -> Path:
    folder = tmp_path / "inputs"
    write_inputs(literals(tmp_path, **values), folder, layout, STORAGE)
    return folder


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (3, int, "3"),
        (3.0, float, "3"),
        (0.25, float, "0.25"),
        (1e-7, float, "0.0000001"),
        (float("inf"), float, "+Inf"),
        (True, bool, "true"),
        ("a b", str, "a b"),
        (datetime(2020, 1, 2, 3, 4, 5, 600000, timezone.utc), datetime, "2020-01-02T03:04:05.6Z"),
        (timedelta(hours=1, seconds=5), timedelta, "1h0m5s"),
        (None, type(None), "null"),
    ],
)
def test_simple_input_is_a_file_with_its_text(tmp_path, value, kind, text):
    assert (written(tmp_path, x=(value, kind)) / "x").read_text() == text


def test_collections_are_folders(tmp_path):
    folder = written(tmp_path, xs=([1, 2], list[int]), by=({"k": "v"}, dict[str, str]))
    assert [(folder / "xs" / name).read_text() for name in ("0", "1")] == ["1", "2"]
    assert (folder / "by" / "k").read_text() == "v"


def test_inputs_are_there_as_one_document_too(tmp_path):
    folder = written(tmp_path, core.DataLoadingConfig.JSON, n=(3, int), xs=([1.5], list[float]))
    assert json.loads((folder / "inputs.json").read_text()) == {"n": 3, "xs": [1.5]}
    assert core.LiteralMap.FromString((folder / "inputs.pb").read_bytes()).literals["n"].scalar.primitive.integer == 3
    assert not (folder / "inputs.yaml").exists()


def test_yaml_is_written_where_it_is_asked_for(tmp_path):
    folder = written(tmp_path, core.DataLoadingConfig.YAML, n=(3, int))
    assert yaml.safe_load((folder / "inputs.yaml").read_text()) == {"n": 3}


def test_files_and_folders_are_brought(tmp_path):
    (tmp_path / "store" / "deep").mkdir(parents=True)
    (tmp_path / "store" / "deep" / "f").write_text("x")
    one = core.Literal(scalar=core.Scalar(blob=core.Blob(uri=f"{tmp_path}/store/deep/f")))
    many = core.Literal(scalar=core.Scalar(blob=core.Blob(uri=f"{tmp_path}/store")))
    many.scalar.blob.metadata.type.dimensionality = core.BlobType.MULTIPART
    write_inputs(core.LiteralMap(literals={"one": one, "many": many}), tmp_path / "i", core.DataLoadingConfig.PROTO, STORAGE)
    assert (tmp_path / "i" / "one").read_text() == "x"
    assert (tmp_path / "i" / "many" / "deep" / "f").read_text() == "x"


def interface(**outputs: object) -> core.TypedInterface:
    found = core.TypedInterface()
    for name, kind in outputs.items():
        found.outputs.variables[name].type.CopyFrom(literal_type_of(kind))
    return found


def read_back(tmp_path: Path, kind: object, text: str) -> core.Literal:
    (tmp_path / "x").write_text(text)
    return read_outputs(interface(x=kind), tmp_path, f"{tmp_path}/raw", STORAGE).literals["x"]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("3\n", 3, int),
        ("0.5\n", 0.5, float),
        ("true", True, bool),
        ("as it is\n", "as it is\n", str),
        ("2020-01-02T03:04:05Z", datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc), datetime),
        ("1h0m5s\n", timedelta(hours=1, seconds=5), timedelta),
    ],
)
def test_simple_output_is_read_by_its_type(tmp_path, text, value, kind):
    assert read_back(tmp_path, kind, text) == literals(tmp_path, x=(value, kind)).literals["x"]


@pytest.mark.parametrize(("text", "kind"), [("three", int), ("maybe", bool), ("x" * 1025, str), ("[1]", dict)])
def test_output_that_does_not_fit_names_the_variable(tmp_path, text, kind):
    with pytest.raises(ContainerOutputError, match="output 'x'"):
        read_back(tmp_path, kind, text)


def test_folder_keeps_its_shape(tmp_path):
    from glidepath import FlyteDirectory

    (tmp_path / "out" / "d" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "d" / "deep" / "f").write_text("x")
    outputs = read_outputs(interface(d=FlyteDirectory), tmp_path / "out", f"{tmp_path}/raw", STORAGE)
    assert Path(outputs.literals["d"].scalar.blob.uri, "deep", "f").read_text() == "x"


def test_collections_cannot_be_outputs(tmp_path):
    with pytest.raises(ContainerOutputError, match="declare a file or a simple type"):
        read_back(tmp_path, list[int], "1")


def test_error_file_is_read(tmp_path):
    assert error_told(tmp_path) is None
    (tmp_path / "_ERROR").write_text("oh")
    assert error_told(tmp_path) == "oh"


def config(inputs: str = "", outputs: str = "") -> core.DataLoadingConfig:
    return core.DataLoadingConfig(enabled=True, input_path=inputs, output_path=outputs)


def test_paths_are_replaced_where_nothing_can_be_mounted(tmp_path, monkeypatch):
    monkeypatch.setattr(container_run, "_own_view", lambda: ())
    folders = DataFolders.below(tmp_path, config("/var/in", "/var/in/out/"))
    own, out = tmp_path / "inputs", tmp_path / "outputs"
    given = ["cat", "/var/in/x>/var/in/out", "--o=/var/in", "/var/inner", "/other/var/in", "a/var/in"]
    assert folders.command(given) == ["cat", f"{own}/x>{out}", f"--o={own}", "/var/inner", "/other/var/in", "a/var/in"]


def test_command_sees_its_folders_at_the_expected_paths(tmp_path):
    seen = tmp_path / "seen"
    folders = DataFolders.below(tmp_path / "own", config(f"{seen}/i", f"{seen}/o"))
    (folders.inputs / "x").write_text("7")
    run_command(
        folders.command(["sh", "-c", f"cat {seen}/i/x > {seen}/o/y"]), {"PATH": "/usr/bin:/bin"}, tmp_path, keep_output=True
    )
    assert (folders.outputs / "y").read_text() == "7"


def test_output_is_kept_on_request(tmp_path):
    done = run_command(["sh", "-c", "echo a; echo b >&2; exit 4"], {"PATH": "/usr/bin:/bin"}, tmp_path, keep_output=True)
    assert (done.code, done.tail) == (4, "a\nb\n")


def test_missing_program_is_named():
    assert missing_program(["sh", "-c"], "/usr/bin:/bin") == ""
    assert missing_program(["nope"], "/usr/bin:/bin") == "nope"


@pytest.mark.parametrize("text", ["0s", "1ms", "1.5s", "250ms", "1m0s", "26h0m0.5s", "-2s", "3µs"])
def test_durations_survive_their_text(text):
    from google.protobuf.duration_pb2 import Duration

    duration = Duration()
    duration.FromTimedelta(parse_duration(text))
    assert duration_text(duration) == text


@pytest.mark.parametrize("text", ["", "5", "1 h", "h", "1x"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(FlyteValueException):
        parse_duration(text)

"""Inputs of an entity as options of a command."""

import enum
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from glidepath.cli.pyflyte.run.inputs import EntityCommand, Input
from glidepath.storage import open_storage
from glidepath.types import DataContext, FlyteFile, literal_type_of


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 0.5


@pytest.fixture
def ctx(tmp_path):
    return DataContext(open_storage(), str(tmp_path), tmp_path, upload=False)


@pytest.fixture
def given(ctx):
    """Calls a command with one input per keyword; returns the values that it starts with, or the failed result."""

    def call(arguments, stdin=None, **types):
        started = []
        inputs = [
            Input(name, literal_type_of(kind), kind, required=not optional) for name, (kind, optional) in _kinds(types).items()
        ]
        command = EntityCommand("wf", inputs, started.append, lambda: ctx)
        result = CliRunner().invoke(command, arguments, input=stdin)
        return started[0] if started else result

    return call


def _kinds(types):
    return {name: kind if isinstance(kind, tuple) else (kind, False) for name, kind in types.items()}


@pytest.mark.parametrize(
    ("python_type", "text", "value"),
    [
        (int, "-3", -3),
        (float, "1e3", 1000.0),
        (str, "null", "null"),
        (bool, "true", True),
        (timedelta, "2h30m", timedelta(hours=2, minutes=30)),
        (Colour, "blue", Colour.BLUE),
        (list[int], "[1, 2]", [1, 2]),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (Point, '{"x": 2}', Point(2)),
        (int | None, "null", None),
        (int | str, "x1", "x1"),
    ],
)
def test_text_becomes_a_value_of_the_type(given, python_type, text, value):
    arguments = ["--x"] if python_type is bool else ["--x", text]
    assert given(arguments, x=python_type) == {"x": value}


def test_now_is_an_instant(given):
    assert isinstance(given(["--x", "now"], x=datetime)["x"], datetime)


def test_a_file_must_exist(given, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    found = given(["--x", str(tmp_path / "a.txt")], x=FlyteFile)["x"]
    assert Path(found).read_text() == "a"
    refused = given(["--x", str(tmp_path / "b.txt")], x=FlyteFile)
    assert refused.exit_code == 2
    assert "b.txt" in refused.stderr


def test_names_may_be_written_with_dashes(given):
    assert given(["--test-size", "1"], test_size=int) == {"test_size": 1}


def test_upper_case_names_stay(given):
    assert given(["--N", "1"], N=int) == {"N": 1}


@pytest.mark.parametrize(("arguments", "value"), [(["--f"], True), (["--no_f"], False), (["--no-f"], False), ([], False)])
def test_a_bool_is_a_flag_that_is_false_unless_given(given, arguments, value):
    assert given(arguments, f=bool) == {"f": value}


def test_what_is_not_given_is_left_to_the_default_of_the_entity(given):
    assert given(["--a", "1"], a=int, b=(int, True), c=(bool, True)) == {"a": 1}


def test_a_missing_input_is_named(given):
    result = given([], name=str)
    assert result.exit_code == 2
    assert "Missing option '--name'" in result.stderr


def test_an_unknown_input_suggests_a_near_one(given):
    result = given(["--nme", "x"], name=str)
    assert result.exit_code == 2
    assert "No such option '--nme'" in result.stderr
    assert "--name" in result.stderr


def test_a_value_of_another_type_names_the_option_and_the_text(given):
    result = given(["--n", "many"], n=int)
    assert result.exit_code == 2
    assert "Invalid value for '--n'" in result.stderr
    assert "many" in result.stderr


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_a_file_of_inputs_gives_values_and_options_win_over_it(given, tmp_path, suffix):
    path = tmp_path / f"in.{suffix}"
    path.write_text('{"n": 1, "names": ["a"], "p": {"x": 3, "y": 1.5}, "f": true, "o": null}')
    types = {"n": int, "names": list[str], "p": Point, "f": bool, "o": (int | None, True)}
    assert given(["--inputs-file", str(path), "--n", "7"], **types) == {
        "n": 7, "names": ["a"], "p": Point(3, 1.5), "f": True, "o": None,
    }  # fmt: skip


def test_yaml_on_the_standard_input(given):
    assert given(["-"], stdin="n: 1\nwhen: 2020-01-02T03:04:05\n", n=int, when=datetime)["n"] == 1


def test_null_does_not_pass_for_a_value(given, tmp_path):
    result = given(["-"], stdin=json.dumps({"n": None}), n=int)
    assert result.exit_code == 2
    assert "Invalid value for '--n'" in result.stderr


def test_a_file_with_an_unknown_name_is_refused(given, tmp_path):
    result = given(["-"], stdin="zz: 1", n=int)
    assert result.exit_code == 2
    assert "No such option '--zz'" in result.stderr


def test_a_file_that_holds_no_map_is_refused(given):
    result = given(["-"], stdin="[1, 2]", n=int)
    assert result.exit_code == 2
    assert "must hold a map from input names to values" in result.stderr

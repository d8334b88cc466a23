import datetime as dt
import enum
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pandas as pd
import pytest

from glidepath.errors import FlyteException, FlyteValueException
from glidepath.types import (
    FlyteDirectory,
    FlyteFile,
    StructuredDataset,
    describe,
    from_data,
    from_text,
    literal_type_of,
    to_literal,
    to_python,
    to_text,
)
from glidepath.types.text_time import parse_duration, parse_instant


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 0.0
    when: dt.datetime | None = None
    files: list[FlyteFile] = field(default_factory=list)


def read(text, python_type, ctx):
    return from_text(text, literal_type_of(python_type), python_type, ctx)


@pytest.mark.parametrize(
    ("text", "python_type", "value"),
    [
        ("3", int, 3),
        ("-3", int, -3),
        ("1e3", float, 1000.0),
        ("yes", bool, True),
        ("0", bool, False),
        (" x ", str, " x "),
        ("None", str, "None"),
        ("None", int | None, None),
        ("null", str | None, None),
        ("7", int | None, 7),
        ("7", str | int, 7),
        ("x", str | int, "x"),
        ("7", Any, 7),
        ("plain", Any, "plain"),
        ("red", Color, Color.RED),
        ("2", Literal[1, 2], 2),
        ("b", Literal["a", "b"], "b"),
        ("2024-05-01T12:00:00Z", dt.datetime, dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)),
        ("2024-05-01", dt.date, dt.date(2024, 5, 1)),
        ("2024-05-01 + 1 day 2h", dt.datetime, dt.datetime(2024, 5, 2, 2)),
        ("2024-05-01T00:00:00+02:00 - 1h", dt.datetime, dt.datetime(2024, 4, 30, 21, tzinfo=dt.timezone.utc)),
        ("2h30m", dt.timedelta, dt.timedelta(hours=2, minutes=30)),
        ("[1, 2]", list[int], [1, 2]),
        ('{"a": [1.5]}', dict[str, list[float]], {"a": [1.5]}),
        ('{"a": {"b": null}}', dict, {"a": {"b": None}}),
        ('{"1": 2}', dict[int, int], {1: 2}),
        ('["1h", "2m"]', list[dt.timedelta], [dt.timedelta(hours=1), dt.timedelta(minutes=2)]),
        ("[1, null]", list[int | None], [1, None]),
        ("5", Annotated[int, "noted"], 5),
        ("s3://bucket/key.csv", FlyteFile, FlyteFile("s3://bucket/key.csv")),
        ("s3://bucket/folder", FlyteDirectory, FlyteDirectory("s3://bucket/folder")),
        ("s3://bucket/table", pd.DataFrame, StructuredDataset(uri="s3://bucket/table")),
        ("json:loads", type(json.loads), json.loads),
    ],
)
def test_text_reads_as_the_value(ctx, text, python_type, value):
    assert read(text, python_type, ctx) == value


def test_a_dataclass_from_json_with_files_and_instants_inside(ctx, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("hello")
    text = json.dumps({"x": 1, "y": 2, "when": "2024-05-01", "files": [str(file), "s3://b/k"]})
    assert read(text, Point, ctx) == Point(1, 2.0, dt.datetime(2024, 5, 1), [FlyteFile(str(file)), FlyteFile("s3://b/k")])


@pytest.mark.parametrize(("name", "content"), [("p.json", '{"x": 4}'), ("p.yaml", "x: 4\n"), ("p.yml", "{x: 4}")])
def test_a_dataclass_from_a_file(ctx, tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    assert read(str(path), Point, ctx) == Point(4)


def test_local_files_are_checked_and_uploaded_later(ctx, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("hello")
    value = read(str(file), FlyteFile, ctx)
    literal = to_literal(value, FlyteFile, literal_type_of(FlyteFile), ctx)
    assert literal.scalar.blob.uri.startswith(ctx.raw_output_prefix)
    with pytest.raises(FlyteValueException, match="no file"):
        read(str(tmp_path / "missing"), FlyteFile, ctx)
    with pytest.raises(FlyteValueException, match="no directory"):
        read(str(file), FlyteDirectory, ctx)


def test_a_type_that_is_not_known_is_guessed(ctx):
    value = from_text('{"x": 3}', literal_type_of(Point), None, ctx)
    assert (type(value).__name__, value.x) == ("Point", 3)


def test_data_from_yaml_keeps_days_and_instants(ctx):
    assert from_data(dt.date(2024, 1, 2), literal_type_of(dt.date), dt.date, ctx) == dt.date(2024, 1, 2)
    assert from_data({"x": 1, "when": dt.datetime(2024, 1, 2)}, literal_type_of(Point), Point, ctx).when == dt.datetime(
        2024, 1, 2
    )


@pytest.mark.parametrize(
    ("text", "python_type", "said"),
    [
        ("x", int, "whole number"),
        ("maybe", bool, "neither true nor false"),
        ("green", Color, "choices: red, blue"),
        ("3", Literal[1, 2], "choices: 1, 2"),
        ("soon", dt.datetime, "now - 3 days"),
        ("long", dt.timedelta, "2h30m"),
        ("[1", list[int], "give JSON"),
        ("{}", Point, "'x'"),
        ("missing.yaml", dict, "cannot be read"),
        ("x", int | float | None, "- float: 'x' is no number"),
        ("no.such.module:thing", type(json.loads), "names no object"),
    ],
)
def test_a_bad_text_says_what_works(ctx, text, python_type, said):
    with pytest.raises(FlyteException) as caught:
        read(text, python_type, ctx)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("32m", 1920),
        ("1w 3d 2h 32m", 873120),
        ("4:13", 253),
        ("4:13:02.266", 15182.266),
        ("2:04:13:02", 187982),
        ("2 days, 4:13:02", 187982),
        ("5hr34m56s", 20096),
        ("1.2 minutes", 72),
        ("-3 minutes", -180),
        ("90", 90),
        ("PT1H30M", 5400),
        ("P1DT12H", 129600),
        ("250 ms", 0.25),
    ],
)
def test_durations(text, seconds):
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "-", "1h30", "1 fortnight", "P", "1:2:3:4:5", "P1.2.3D", "h"])
def test_what_is_no_duration(text):
    with pytest.raises(FlyteValueException, match="is no duration"):
        parse_duration(text)


def test_now_and_today_follow_the_clock():
    def clock():
        return dt.datetime(2024, 5, 1, 13, 30, tzinfo=dt.timezone.utc)

    assert parse_instant("now - 1h", clock) == dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.timezone.utc)
    assert parse_instant("today", clock) == dt.datetime(2024, 5, 1, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    ("python_type", "text"),
    [
        (int, "int"),
        (list[str], "list[str]"),
        (dict[str, float], "dict[str, float]"),
        (int | None, "int | None"),
        (Color, "red|blue"),
        (Literal[1, 2], "1|2"),
        (FlyteFile["csv"], "file (csv)"),
        (FlyteDirectory, "directory"),
        (Point, "Point"),
        (dict, "dict"),
        (pd.DataFrame, "table"),
        (set, "pickle of <class 'set'>"),
        (dt.timedelta, "timedelta"),
    ],
)
def test_descriptions(python_type, text):
    assert describe(literal_type_of(python_type)) == text


def test_values_are_shown_as_text_that_reads_back(ctx):
    point = Point(1, 2.5, dt.datetime(2024, 1, 1))
    assert to_text(point, Point, ctx) == '{"x": 1, "y": 2.5, "when": "2024-01-01T00:00:00", "files": []}'
    assert to_text(Color.RED, Color, ctx) == "red"
    assert to_text(None, int | None, ctx) == "None"
    literal = to_literal(point, Point, literal_type_of(Point), ctx)
    assert to_python(literal, Point, ctx) == point

from pathlib import Path

import msgpack
import pytest
from executor_attempts import make_attempt

from glidepath.errors import FlyteValueException
from glidepath.executors.protocol import Attempt
from glidepath.executors.templates import render, task_template_uri, wants_task_template
from glidepath.idl import core


@pytest.fixture
def attempt() -> Attempt:
    return make_attempt(Path("/data"), "e1-n0-0", previous_checkpoint="")


def with_input(attempt: Attempt, **scalar: object) -> str:
    attempt.inputs.literals["x"].scalar.CopyFrom(core.Scalar(**scalar))  # type: ignore[arg-type]
    return render(["{{.inputs.x}}"], attempt)[0]


def primitive(**value: object) -> core.Primitive:
    return core.Primitive(**value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.input}}", "/data/in/inputs.pb"),
        ("{{ .Input }}", "/data/in/inputs.pb"),
        ("{{ $inputPrefix }}", "/data/in"),
        ("--to={{.outputPrefix}}/x", "--to=/data/out/e1-n0-0/x"),
        ("{{.rawOutputDataPrefix}}", "/data/raw/e1-n0-0"),
        ("{{.checkpointOutputPrefix}}", "/data/raw/e1-n0-0/_flytecheckpoints"),
        ("{{.prevCheckpointPrefix}}", '""'),
        ("{{.perRetryUniqueKey}}", "e1_n0_0"),
        ("{{.namespace}}", "p-d"),
        ("{{.taskTemplatePath}}", "/data/in/task.pb"),
        ("{{ .dest_dir }}", "{{ .dest_dir }}"),
        ("plain", "plain"),
    ],
)
def test_fills_placeholders(attempt: Attempt, template: str, text: str) -> None:
    assert render([template], attempt) == [text]


def test_names_the_checkpoint_of_the_attempt_before() -> None:
    attempt = make_attempt(Path("/data"), "e1-n0-1", previous_checkpoint="s3://b/_flytecheckpoints")
    assert render(["{{.prevCheckpointPrefix}}"], attempt) == ["s3://b/_flytecheckpoints"]


def test_a_key_that_starts_with_a_digit_gets_a_letter_first() -> None:
    assert render(["{{.perRetryUniqueKey}}"], make_attempt(Path("/d"), "0e-n0-0")) == ["a0e_n0_0"]


def test_prints_inputs_as_go_does(attempt: Attempt) -> None:
    assert with_input(attempt, primitive=primitive(integer=-3)) == "-3"
    assert with_input(attempt, primitive=primitive(float_value=1.0)) == "1"
    assert with_input(attempt, primitive=primitive(float_value=0.1)) == "0.1"
    assert with_input(attempt, primitive=primitive(float_value=1e-5)) == "1e-05"
    assert with_input(attempt, primitive=primitive(float_value=2e21)) == "2e+21"
    assert with_input(attempt, primitive=primitive(boolean=True)) == "true"
    assert with_input(attempt, primitive=primitive(string_value="a b")) == "a b"
    assert with_input(attempt, primitive=primitive(datetime={"seconds": 0, "nanos": 500})) == "1970-01-01T00:00:00.0000005Z"
    assert with_input(attempt, primitive=primitive(duration={"seconds": 90})) == "seconds:90"
    assert with_input(attempt, blob=core.Blob(uri="s3://b/f")) == "s3://b/f"
    assert with_input(attempt, binary=core.Binary(value=msgpack.packb({"a": [1, True]}), tag="msgpack")) == "map[a:[1 true]]"


def test_prints_a_list_in_brackets(attempt: Attempt) -> None:
    for number in (1, 2):
        attempt.inputs.literals["x"].collection.literals.add().scalar.primitive.integer = number
    assert render(["{{.inputs.x}}"], attempt) == ["[1,2]"]


def test_an_unknown_input_is_refused_by_name(attempt: Attempt) -> None:
    with pytest.raises(FlyteValueException, match=r"'nope'.*does not have"):
        render(["{{.inputs.nope}}"], attempt)


def test_a_value_without_text_form_is_refused(attempt: Attempt) -> None:
    attempt.inputs.literals["x"].map.literals["k"].scalar.primitive.integer = 1
    with pytest.raises(FlyteValueException, match="input 'x' is a map"):
        render(["{{.inputs.x}}"], attempt)


def test_tells_when_the_template_file_is_wanted(attempt: Attempt) -> None:
    assert wants_task_template(["a", "{{.TaskTemplatePath}}"])
    assert not wants_task_template(["{{.input}}"])
    assert task_template_uri(attempt) == "/data/in/task.pb"

"""Literals read as Python values."""

import pytest

from glidepath.errors import FlyteValueException
from glidepath.idl import core
from glidepath.remote import LiteralsResolver
from glidepath.storage import open_storage
from glidepath.types import DataContext

INTEGER = core.Variable(type=core.LiteralType(simple=core.SimpleType.INTEGER))


def literal(value: int) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=value)))


@pytest.fixture
def outputs(tmp_path):
    ctx = DataContext(open_storage(), str(tmp_path), tmp_path)
    return LiteralsResolver({"a": literal(1), "b": literal(2)}, lambda: {"a": INTEGER}, ctx)


def test_values_are_read_by_the_type_of_the_interface(outputs):
    assert outputs["a"] == 1


def test_a_type_of_the_callers_choice_wins(outputs):
    assert outputs.get("b", as_type=int) == 2


def test_names_and_literals_are_there(outputs):
    assert sorted(outputs) == ["a", "b"]
    assert outputs.literals["b"] == literal(2)


def test_a_name_that_is_not_there_lists_those_that_are(outputs):
    with pytest.raises(FlyteValueException) as raised:
        outputs["c"]
    assert str(raised.value) == "there is no 'c'\n  try: there are: a, b"


def test_a_value_that_no_interface_names_is_read_by_its_own_kind(outputs):
    assert outputs["b"] == 2


def test_a_value_of_unknown_type_says_how_to_name_one(outputs):
    outputs.literals["b"] = core.Literal()
    with pytest.raises(FlyteValueException, match="type of 'b' is not known"):
        outputs["b"]

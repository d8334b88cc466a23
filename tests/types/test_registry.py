from typing import Annotated, Optional, TypeVar, Union

import pytest

from glidepath.errors import FlyteTypeException
from glidepath.types import find, guess_python_type, literal_type_of, to_literal, to_python


@pytest.mark.parametrize(
    ("python_type", "name"),
    [
        (int, "int"),
        (list[int], "Typed List"),
        (dict[str, int], "Typed Dict"),
        (dict, "Typed Dict"),
        (Optional[int], "Typed Union"),
        (int | None, "Typed Union"),
        (Annotated[int, "x"], "Annotated"),
        (None, "none"),
        (type(None), "none"),
    ],
)
def test_find_gives_the_family(python_type, name):
    assert find(python_type).name == name


def test_find_keeps_the_answer():
    assert find(list[float]) is find(list[float])


@pytest.mark.parametrize("python_type", [tuple, tuple[int, str], "int", TypeVar("T")])
def test_types_that_cannot_travel_are_refused_with_a_hint(python_type):
    with pytest.raises(FlyteTypeException) as caught:
        literal_type_of(python_type)
    assert caught.value.hint


def test_a_bare_list_is_refused_with_what_to_write():
    with pytest.raises(FlyteTypeException, match=r"list\[int\]"):
        literal_type_of(list)


@pytest.mark.parametrize(
    ("python_type", "value"),
    [
        (list[int], [1, 2]),
        (dict[str, list[float]], {"b": [1.5], "a": []}),
        (dict, {"a": [1, {"b": None}], 2: "x"}),
        (Union[int, str], "7"),
        (Union[float, int], 7),
        (list[int | None], [None, 3]),
    ],
)
def test_values_come_back(ctx, python_type, value):
    literal = to_literal(value, python_type, literal_type_of(python_type), ctx)
    assert to_python(literal, python_type, ctx) == value


@pytest.mark.parametrize("python_type", [int, str, list[int], dict[str, int], dict, int | str])
def test_a_literal_type_is_guessed_back(python_type):
    assert guess_python_type(literal_type_of(python_type)) == python_type


@pytest.mark.parametrize(
    ("value", "python_type"),
    [(True, int), (1.0, int), (1, float), (1, bool), (1, str), ((1, 2), list[int]), ([1, "a"], list[int]), (None, int)],
)
def test_a_value_of_another_type_is_refused(ctx, value, python_type):
    with pytest.raises(FlyteTypeException, match="expected a value of type"):
        to_literal(value, python_type, literal_type_of(python_type), ctx)


def test_a_union_says_why_no_variant_fits(ctx):
    with pytest.raises(FlyteTypeException) as caught:
        to_literal(b"x", Union[int, str], literal_type_of(Union[int, str]), ctx)
    assert "- int: expected a value of type int" in str(caught.value)
    assert "- str: expected a value of type str" in str(caught.value)

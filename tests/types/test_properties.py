"""Whatever the value: it comes back from its literal, and from its text."""

import datetime as dt
import enum
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from glidepath.idl import core
from glidepath.storage.memory import MemoryStorage
from glidepath.types import DataContext, from_text, literal_type_of, to_literal, to_python, to_text

CTX = DataContext(MemoryStorage(), "memory://raw", Path("/nonexistent"))


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Leaf:
    a: int
    b: str | None = None


@dataclass
class Branch:
    leaf: Leaf
    leaves: list[Leaf] = field(default_factory=list)
    by_name: dict[str, Leaf] = field(default_factory=dict)
    color: Color = Color.RED
    when: dt.datetime | None = None
    day: dt.date = dt.date(2024, 1, 1)
    share: float = 0.5
    either: int | str = 0
    tag: tuple[int, str] = (1, "a")


INTS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(string.ascii_letters, min_size=1, max_size=5)
INSTANTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(9990, 1, 1), timezones=st.just(dt.timezone.utc))
DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 30))
SPANS = st.just(dt.timedelta(0)) | st.timedeltas(dt.timedelta(days=-10_000), dt.timedelta(days=10_000))
COLORS = st.sampled_from(Color)
LEAVES = st.builds(Leaf, INTS, st.none() | TEXTS)
BRANCHES = st.builds(
    Branch,
    LEAVES,
    st.lists(LEAVES, max_size=3),
    st.dictionaries(NAMES, LEAVES, max_size=3),
    COLORS,
    st.none() | INSTANTS,
    DAYS,
    FLOATS,
    INTS | TEXTS,
    st.tuples(INTS, TEXTS),
)
PLAIN = st.recursive(
    st.none() | st.booleans() | INTS | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)

KINDS = [
    (int, INTS),
    (float, FLOATS),
    (bool, st.booleans()),
    (str, TEXTS),
    (dt.datetime, INSTANTS),
    (dt.date, DAYS),
    (dt.timedelta, SPANS),
    (Color, COLORS),
    (list[int], st.lists(INTS, max_size=4)),
    (dict[str, float], st.dictionaries(TEXTS, FLOATS, max_size=4)),
    (dict[int, str], st.dictionaries(INTS, TEXTS, max_size=4)),
    (dict, st.dictionaries(TEXTS, PLAIN, max_size=3)),
    (int | None, st.none() | INTS),
    (list[int | None], st.lists(st.none() | INTS, max_size=4)),
    (Union[float, int, bool], FLOATS | INTS | st.booleans()),
    (Union[dt.datetime, dt.date, str], INSTANTS | DAYS | TEXTS),
    (Leaf, LEAVES),
    (Branch, BRANCHES),
    (list[Branch], st.lists(BRANCHES, max_size=2)),
    (dict[str, list[Leaf]], st.dictionaries(NAMES, st.lists(LEAVES, max_size=2), max_size=2)),
]
IDS = [str(kind) for kind, _ in KINDS]
relaxed = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


@pytest.mark.parametrize(("python_type", "values"), KINDS, ids=IDS)
@relaxed
@given(data=st.data())
def test_a_value_comes_back_from_its_literal(python_type, values, data):
    value = data.draw(values)
    literal = to_literal(value, python_type, literal_type_of(python_type), CTX)
    read = to_python(core.Literal.FromString(literal.SerializeToString()), python_type, CTX)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("python_type", "values"), KINDS, ids=IDS)
@relaxed
@given(data=st.data())
def test_the_same_value_gives_the_same_bytes(python_type, values, data):
    value = data.draw(values)
    literals = [to_literal(value, python_type, literal_type_of(python_type), CTX) for _ in range(2)]
    first, second = (literal.SerializeToString(deterministic=True) for literal in literals)
    assert first == second


# A text alone cannot tell a str from another member of a union.
TEXT_KINDS = [(kind, values) for kind, values in KINDS if "Union" not in str(kind)]


@pytest.mark.parametrize(("python_type", "values"), TEXT_KINDS, ids=[str(kind) for kind, _ in TEXT_KINDS])
@relaxed
@given(data=st.data())
def test_a_value_comes_back_from_its_text(python_type, values, data):
    value = data.draw(values)
    assert from_text(to_text(value, python_type, CTX), literal_type_of(python_type), python_type, CTX) == value

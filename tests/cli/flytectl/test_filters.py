import pytest
from hypothesis import given, strategies as st

from glidepath.cli.flytectl.filters import to_wire
from glidepath.errors import FlyteValueException


@pytest.mark.parametrize(
    ("selector", "wire"),
    [
        ("", ""),
        ("project.name=flytesnacks,execution.duration<200", "eq(project.name,flytesnacks)+lt(execution.duration,200)"),
        ("execution.duration<=200,execution.duration>=3", "lte(execution.duration,200)+gte(execution.duration,3)"),
        ("name contains flyte,name!=flyte", "contains(name,flyte)+ne(name,flyte)"),
        ("x in (a;b)", "value_in(x,a;b)"),
        ("a > 1 , b = 2", "gt(a,1)+eq(b,2)"),
        (r"v=a\,b\=c\\d", r"eq(v,a,b=c\d)"),
        ("internal=1", "eq(internal,1)"),
    ],
)
def test_selectors_become_wire_filters(selector, wire):
    assert to_wire(selector) == wire


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("phase", "Please add a valid field selector"),
        ("=x", "Please add a valid field selector"),
        ("x=", "Please add a valid field selector"),
        ("x=a=b", "unescaped character in value"),
        (r"x=a\n", "invalid escape sequence"),
    ],
)
def test_bad_selectors_are_refused(selector, message):
    with pytest.raises(FlyteValueException, match=message):
        to_wire(selector)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Zs", "Cc", "Zl", "Zp"]), min_size=1))
def test_any_value_survives_escaping(value):
    escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")
    assert to_wire(f"name={escaped}") == f"eq(name,{value})"

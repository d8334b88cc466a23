"""Docstrings are cut as stock flytekit cuts them: the expected texts were printed by flytekit 1.16.31."""

import pytest

from glidepath.authoring.docstrings import parse

INPUTS = {
    "h\n\nArgs:\n    a: x\n    b: y\n\nNote:\n    zzz": {"a": "x", "b": "y"},
    "h\n\nArgs:\n    a (int, default 3): x\n        more\n    b: y": {"a": "x\nmore", "b": "y"},
    "h\nArgs:\n    a: x": {"a": "x", "b": "b"},
    "Args:\n    a: x": {"a": "a", "b": "b"},
    "h\n\nargs:\n    a: x": {"a": "a", "b": "b"},
    "h\n\nArgs:\n    no colon here\n    a: x": {"a": "a", "b": "b"},
    "h\n\nAttributes:\n    a: x": {"a": "x", "b": "b"},
    "h\n\n  :param a: x\n  :param int b: y": {"a": "x", "b": "y"},
    "h\n\n:param a: x\n\n    para\n\n:param b: y\n\nmore text": {"a": "x\npara", "b": "y\nmore text"},
    "h\n\n@param a: x": {"a": "x", "b": "b"},
    "h\n\n::\n\n   code\n\n:param a: x": {"a": "a", "b": "b"},
    "h\n\nParameters\n----------\na : int\n    x\n\n    y\nb\n    z": {"a": "x\n\ny", "b": "z"},
    "h\n\nParameters\n----------\na : int\nb : int\n    z": {"a": "", "b": "z"},
    "h\n\nParameters\n==========\na : int\n    x": {"a": "a", "b": "b"},
}

NUMPY = "h\n\nReturns\n-------\n"
OUTPUTS = {
    NUMPY + "int\n    t1": {"x": "t1", "y": "t1"},
    NUMPY + "int\n    t1\nstr\n    t2": {"x": "t2", "y": "t2"},
    NUMPY + "x : int\n    t1\ny : int\n    t2": {"x": "t1", "y": "t2"},
    NUMPY + "x : int\n    t1\nstr\n    t2": {"x": "t1", "y": "y"},
    NUMPY + "y : int\n    t1": {"x": "t1", "y": "t1"},
    NUMPY + "int\n    t1\n\nNotes\n-----\nxx": {"x": "t1", "y": "t1"},
    NUMPY + "int\n    t1\n\nFoo\n---\nxx": {"x": "", "y": ""},
    "h\n\n:return: a\n:return: b": {"x": "b", "y": "b"},
    "h\n\n:yields: q": {"x": "q", "y": "q"},
    "h\n\n:rtype: int": {"x": "", "y": ""},
    "h\n\nReturns:\n    the result, see: x": {"x": "the result, see: x", "y": "the result, see: x"},
    "h\n\nReturns:\n    dict[str, int]: b": {"x": "b", "y": "b"},
    "h\n\nReturns:\n    int: a\n        b: c": {"x": "a\nb: c", "y": "a\nb: c"},
    "h\n\nArgs:\n    a: x": {"x": "x", "y": "y"},
}

SUMMARIES = {
    "h": ("h", ""),
    "\n    A task.\n\n    Long\n    text.\n\n    Args:\n        a: x\n    ": ("A task.", "Long\ntext."),
    "Some prose\nover two lines.\n\nAnd: a colon.": ("Some prose", "over two lines.\n\nAnd: a colon."),
    "h\n\nNote:\n    zzz\n\nArgs:\n    a: x": ("h", "Note:\n    zzz"),
    "h\n\nExample:\n    zzz\n\nArgs:\n    a: x": ("h", ""),
    "h\n\nArgs:\na: x": ("h", "Args:\na: x"),
    ":param a: x": ("", ""),
    "See :class:`x`.\n\n:param a: x": ("See :class:`x`.", ""),
}


@pytest.mark.parametrize(("text", "expected"), INPUTS.items())
def test_parameters(text: str, expected: dict[str, str]) -> None:
    found = parse(text)
    assert {name: found.describe_input(name) for name in "ab"} == expected


@pytest.mark.parametrize(("text", "expected"), OUTPUTS.items())
def test_results(text: str, expected: dict[str, str]) -> None:
    found = parse(text)
    assert {name: found.describe_output(name) for name in "xy"} == expected


@pytest.mark.parametrize(("text", "expected"), SUMMARIES.items())
def test_summary_and_body(text: str, expected: tuple[str, str]) -> None:
    found = parse(text)
    assert (found.short, found.long) == expected


@pytest.mark.parametrize("text", [None, "", "  \n "])
def test_no_docstring_describes_things_by_their_names(text: str | None) -> None:
    found = parse(text)
    assert (found.short, found.long, found.describe_input("a"), found.describe_output("x")) == ("", "", "a", "x")

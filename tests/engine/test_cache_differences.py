from test_cache_keys import INTEGER, inputs, number, task

from glidepath.engine.cache_differences import Difference, Given, Work, differences, nearest, pack, shown, unpack, work_of
from glidepath.idl import core

TEXT = core.LiteralType(simple=core.SimpleType.STRING)


def text(value: str) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=value)))


def work(template: core.TaskTemplate, **literals: core.Literal) -> Work:
    return work_of(template, inputs(**literals))


def test_equal_work_differs_in_nothing() -> None:
    assert differences(work(task(n=INTEGER), n=number(1)), work(task(n=INTEGER), n=number(1))) == []


def test_an_input_that_changed_is_told_with_both_values() -> None:
    old, new = work(task(n=INTEGER), n=number(1), s=text("a")), work(task(n=INTEGER), n=number(1), s=text("b"))
    assert differences(old, new) == [Difference("input s", '"a"', '"b"')]


def test_long_values_are_told_by_their_hashes() -> None:
    old, new = work(task(), s=text("a" * 500)), work(task(), s=text("b" * 500))
    assert differences(old, new) == [Difference("input s", old.inputs["s"].hash, new.inputs["s"].hash)]
    assert len(old.inputs["s"].hash) == 43


def test_version_and_interface_are_told_before_the_inputs() -> None:
    old, new = work(task("1", n=INTEGER), n=number(1)), work(task("2", n=TEXT), n=text("1"))
    assert [each.what for each in differences(old, new)] == ["cache version", "input types", "input n"]


def test_an_input_that_only_one_side_has() -> None:
    assert differences(work(task()), work(task(), n=number(4))) == [Difference("input n", "", "4")]


def test_the_nearest_is_the_newest_of_those_that_differ_least() -> None:
    new = work(task(), a=number(1), b=number(1))
    earlier = [
        ("both", work(task(), a=number(2), b=number(2))),
        ("newer", work(task(), a=number(3), b=number(1))),
        ("older", work(task(), a=number(1), b=number(3))),
    ]
    assert nearest(new, earlier) == ("newer", [Difference("input a", "3", "1")])
    assert nearest(new, []) is None


def test_inputs_survive_a_store() -> None:
    kept = {"n": Given("abc", "1"), "s": Given("def", '"ü"')}
    assert unpack(pack(kept)) == kept


def test_what_is_opaque_has_no_text() -> None:
    packed = core.Literal(scalar=core.Scalar(binary=core.Binary(value=b"\x81", tag="msgpack")))
    assert shown(packed) == ""
    assert shown(core.Literal(scalar=core.Scalar(none_type=core.Void()))) == "null"

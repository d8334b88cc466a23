from glidepath.idl import core
from glidepath.idl.hashes import difference


def template(**container: object) -> core.TaskTemplate:
    return core.TaskTemplate(container=core.Container(**container))  # type: ignore[arg-type]


def test_fields_that_differ_have_a_path_and_two_values() -> None:
    old, new = template(image="a", args=["x", "y"]), template(image="b", args=["x"])
    assert difference(old, new) == [("container.args[1]", "y", None), ("container.image", "a", "b")]


def test_a_message_that_is_empty_on_one_side_is_told_by_its_fields() -> None:
    wanted = core.Resources(requests=[core.Resources.ResourceEntry(name=core.Resources.CPU, value="1")])
    assert difference(template(resources=core.Resources()), template(resources=wanted)) == [
        ("container.resources.requests[0].name", None, "CPU"),
        ("container.resources.requests[0].value", None, "1"),
    ]


def test_a_message_that_appears_empty_is_a_difference() -> None:
    assert difference(template(), template(resources=core.Resources())) == [("container.resources", None, {})]

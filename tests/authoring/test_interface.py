"""Functions become interfaces: types, defaults, outputs, and errors that say what to write."""

import typing
from typing import Any, NamedTuple, Optional

import pytest

from glidepath.authoring.interface import MISSING, Interface
from glidepath.authoring.signatures import interface_of
from glidepath.errors import (
    FlyteAssertion,
    FlyteMissingReturnValueException,
    FlyteMissingTypeException,
    FlyteTypeException,
    FlyteValidationException,
)
from glidepath.idl import core


class Pair(NamedTuple):
    left: int
    right: "str"


class Only(NamedTuple):
    value: int


def of(function: Any, **options: Any) -> Interface:
    return interface_of(function, owner=f"mod.{function.__name__}", **options)


def test_inputs_keep_their_order_types_and_defaults() -> None:
    def f(b: int, a: str = "x", *, c: int | None = None) -> None: ...

    inputs = of(f).inputs
    assert [(name, p.python_type, p.default) for name, p in inputs.items()] == [
        ("b", int, MISSING),
        ("a", str, "x"),
        ("c", Optional[int], None),
    ]


def test_annotations_as_text_are_evaluated() -> None:
    def f(a: "int", b: "list[Pair]" = (), c: int = None) -> "Pair":  # type: ignore[assignment]
        return Pair(a, "")

    found = of(f)
    assert [p.python_type for p in found.inputs.values()] == [int, list[Pair], int]
    assert {name: output.python_type for name, output in found.outputs.items()} == {"left": int, "right": str}
    assert found.output_tuple is Pair


@pytest.mark.parametrize(
    ("declared", "names"),
    [
        (None, []),
        (int, ["o0"]),
        (tuple[int, str], ["o0", "o1"]),
        ((int, str), ["o0", "o1"]),
        (Pair, ["left", "right"]),
        (Only, ["value"]),
    ],
)
def test_outputs_are_named_by_position_or_field(declared: Any, names: list[str]) -> None:
    def f():
        return 1

    f.__annotations__["return"] = declared
    assert list(of(f).outputs) == names


def test_results_are_packed_and_unpacked() -> None:
    def none() -> None: ...
    def one() -> int:
        return 1

    def two() -> tuple[int, str]:
        return 1, "x"

    def pair() -> Pair:
        return Pair(1, "x")

    def only() -> Only:
        return Only(1)

    results: list[tuple[Any, Any, dict[str, Any]]] = [
        (none, None, {}),
        (one, 1, {"o0": 1}),
        (two, (1, "x"), {"o0": 1, "o1": "x"}),
        (pair, Pair(1, "x"), {"left": 1, "right": "x"}),
        (only, Only(1), {"value": 1}),
    ]
    for function, result, packed in results:
        interface = of(function)
        assert interface.pack_outputs(result) == packed
        assert interface.unpack_outputs(packed) == result
    assert isinstance(of(pair).unpack_outputs({"left": 1, "right": "x"}), Pair)


def test_a_result_of_another_length_is_refused() -> None:
    def two() -> tuple[int, str]:
        return 1, "x"

    with pytest.raises(FlyteAssertion, match=r"mod.two declares 2 outputs \(o0, o1\), but returned 3"):
        of(two).pack_outputs((1, 2, 3))
    with pytest.raises(FlyteAssertion, match="returned one value of type int"):
        of(two).pack_outputs(1)


def test_a_parameter_without_annotation_is_named_with_its_place() -> None:
    def f(a, b: int) -> int:  # type: ignore[no-untyped-def]
        return b

    with pytest.raises(FlyteMissingTypeException) as caught:
        of(f)
    assert caught.value.message == "parameter 'a' of mod.f has no type annotation"
    assert caught.value.where == f"{__file__}:{f.__code__.co_firstlineno}"
    assert "write a: int" in caught.value.hint


def test_untyped_parameters_travel_as_pickles_when_asked() -> None:
    def f(a):  # type: ignore[no-untyped-def]
        return a

    typed = of(f, pickle_untyped=True).typed
    assert typed.inputs.variables["a"].type.blob.format == "PythonPickle"
    assert typed.outputs.variables["o0"].type.blob.format == "PythonPickle"


def test_an_annotation_that_cannot_be_evaluated_names_what_is_missing() -> None:
    def f(a: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(FlyteMissingTypeException, match="names 'Nowhere', which its module does not have"):
        of(f)


def test_variadic_functions_are_refused() -> None:
    def f(*a: int) -> None: ...
    def g(**a: int) -> None: ...

    with pytest.raises(FlyteValidationException, match=r"takes \*a; its inputs must be named"):
        of(f)
    with pytest.raises(FlyteValidationException, match=r"takes \*\*a; its inputs must be named"):
        of(g)


def test_tuples_of_one_and_of_unknown_length_are_refused() -> None:
    def f() -> tuple[int]:
        return (1,)

    def g() -> tuple[int, ...]:
        return (1,)

    with pytest.raises(FlyteValidationException, match="returns a tuple of one value"):
        of(f)
    with pytest.raises(FlyteTypeException, match="returns a tuple of unknown length"):
        of(g)


def test_a_text_that_is_no_type_is_refused() -> None:
    def f() -> "(int, str)":  # type: ignore[syntax]
        return 1, "a"

    with pytest.raises(FlyteTypeException, match=r"an annotation of mod.f is no type.*int.*str") as caught:
        of(f)
    assert "tuple[int, str]" in caught.value.hint


def test_a_type_that_cannot_travel_is_named_with_its_input() -> None:
    def f(a: typing.Tuple[int, str]) -> None: ...

    with pytest.raises(FlyteTypeException, match="input 'a' of mod.f: values of type .* cannot travel"):
        _ = of(f).typed


def test_a_function_that_never_returns_a_value_must_not_declare_one() -> None:
    def f(a: int) -> int:
        print(a)

    def g(a: int) -> int:
        if a:
            return None
        return None

    for function in (f, g):
        with pytest.raises(FlyteMissingReturnValueException, match="declares that it returns int, but never returns a value"):
            of(function)


def test_functions_that_may_return_a_value_are_fine() -> None:
    def sometimes(a: int) -> int:
        if a:
            return a

    def only_raises(a: int) -> int:
        raise KeyError(a)

    def optional(a: int) -> int | None:
        return None

    async def later(a: int) -> int:
        return a

    assert [list(of(f).outputs) for f in (sometimes, only_raises, optional, later)] == [["o0"]] * 4


def test_the_message_is_complete() -> None:
    def f(a: int, b: str | None = None) -> tuple[int, str]:
        """A thing.

        Args:
            a: the number
        """
        return 1, ""

    from glidepath.authoring.docstrings import parse

    typed = of(f, docstring=parse(f.__doc__)).typed
    assert typed.inputs.variables["a"] == core.Variable(
        type=core.LiteralType(simple=core.SimpleType.INTEGER), description="the number"
    )
    assert typed.inputs.variables["b"].description == "b"
    assert [typed.outputs.variables[name].type.simple for name in ("o0", "o1")] == [
        core.SimpleType.INTEGER,
        core.SimpleType.STRING,
    ]


def test_defaults_become_literals_and_none_is_not_wrapped_in_a_union() -> None:
    def f(a: int, b: int | None = None, c: int | None = 3) -> None: ...

    parameters = of(f).parameter_map().parameters
    assert parameters["a"].required
    assert parameters["b"].default.scalar.HasField("none_type")
    assert parameters["c"].default.scalar.union.value.scalar.primitive.integer == 3

"""What an input of a node gets: promises, constants, and lists and dicts that hold both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from glidepath.authoring.interface import Interface, listed
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import Place
from glidepath.authoring.promises import Promise, Void, attribute_path, is_several, type_below
from glidepath.errors import FlyteAssertion, FlyteException, FlyteMissingReturnValueException, FlyteTypeException
from glidepath.idl import core
from glidepath.types import current, to_literal
from glidepath.types.transformer import name_of

Bound = Union[Promise, "core.BindingData", "list[Bound]", "dict[str, Bound]"]


class Target(NamedTuple):
    """Where a value goes: a type, and words for messages."""

    python_type: Any
    literal_type: core.LiteralType
    subject: str
    """``input 'a' of pkg.mod.add``"""
    place: Place | None = None
    context: str = ""
    """``node n3 of workflow pkg.mod.wf``"""

    @property
    def where(self) -> str:
        return ", ".join(str(part) for part in (self.context, self.place) if part)

    def below(self, key: str | int, python_type: Any, literal_type: core.LiteralType) -> Target:
        """The target of an element."""
        return Target(python_type, literal_type, f"{self.subject} at [{key!r}]", self.place, self.context)


def bind(value: Any, target: Target) -> Bound:
    """The binding of a value. Raises FlyteTypeException with the input, both types and the user's line when it does not fit."""
    if isinstance(value, Promise):
        _check_promise(value, target)
        return value
    if isinstance(value, (Void, Node)) or is_several(value):
        raise FlyteAssertion(_not_one(value, target), where=target.where)
    if _holds_promise(value):
        return _bind_container(value, target)
    try:
        literal = to_literal(value, target.python_type, target.literal_type, current())
    except FlyteException as error:
        raise FlyteTypeException(
            f"{target.subject} takes {name_of(target.python_type)}: {error.message}", where=target.where, hint=error.hint
        ) from error
    return binding_of_literal(literal)


def bind_outputs(interface: Interface, result: Any, place: Place) -> dict[str, Bound]:
    """The bindings of what the body of a workflow returned, by output, in the order of the signature.

    Raises FlyteMissingReturnValueException for ``None`` where outputs are declared, and as :func:`bind` does.
    """
    if result is None and interface.outputs:
        raise FlyteMissingReturnValueException(
            f"{interface.owner} declares outputs ({listed(interface.outputs)}), but returned nothing",
            where=str(place),
            hint="return what the calls in the body gave",
        )
    return {
        name: bind(
            value,
            Target(
                interface.outputs[name].python_type,
                interface.output_types[name],
                f"output {name!r} of {interface.owner}",
                place,
            ),
        )
        for name, value in interface.pack_outputs(result).items()
    }


def _not_one(value: Any, target: Target) -> str:
    if isinstance(value, Void):
        return f"{target.subject} cannot take the output of {value._node.entity.name}, which has none"
    node = value if isinstance(value, Node) else value._node
    names = ", ".join(f".{name}" for name in node.outputs)
    return f"{target.subject} takes one value, got all outputs of {node.entity.name}; choose one of {names or '(none)'}"


def _check_promise(promise: Promise, target: Target) -> None:
    if promise._type is None or promise._type == target.literal_type:
        return
    # The rules of casting are the compiler's; it is loaded only for types that differ.
    from glidepath.compiler import castable

    if castable(promise._type, target.literal_type):
        return
    from glidepath.types.description import describe

    given, wanted = describe(promise._type), describe(target.literal_type)
    raise FlyteTypeException(
        f"{target.subject} takes {wanted}, but {promise!r}{_origin(promise)} is {given}",
        where=target.where,
        hint=f"change one of the two annotations, or put a task between them that makes {wanted} of {given}",
    )


def _origin(promise: Promise) -> str:
    node = promise._node
    return f", which {node.entity.name} returns," if node.id else f", an input of {node.entity.name},"


def _holds_promise(value: Any) -> bool:
    if isinstance(value, Promise) or is_several(value) or isinstance(value, Void):
        return True
    if isinstance(value, (list, tuple)):
        return any(_holds_promise(item) for item in value)
    return isinstance(value, dict) and any(_holds_promise(item) for item in value.values())


def _bind_container(value: Any, target: Target) -> Bound:
    kind: type = dict if isinstance(value, dict) else list
    python_type, literal_type = _of_kind(kind, target)
    if python_type is None or literal_type is None:
        raise FlyteTypeException(
            f"{target.subject} takes {name_of(target.python_type)}, got a {kind.__name__} that holds promises",
            where=target.where,
            hint=f"outputs may stand inside a {kind.__name__} where list[T] or dict[str, T] is taken; else make it in a task",
        )
    if kind is dict:
        return {key: bind(item, target.below(key, python_type, literal_type)) for key, item in value.items()}
    return [bind(item, target.below(i, python_type, literal_type)) for i, item in enumerate(value)]


def _of_kind(kind: type, target: Target) -> tuple[Any, core.LiteralType | None]:
    """The element's types of the list or dict that a target takes, looking into unions; (None, None) when it takes none."""
    found = _strip(target.python_type)
    key: str | int = "" if kind is dict else 0
    if get_origin(found) is kind:
        return get_args(found)[-1], type_below(target.literal_type, key)
    for member, variant in zip(get_args(found), target.literal_type.union_type.variants, strict=False):
        if get_origin(_strip(member)) is kind:
            return get_args(_strip(member))[-1], type_below(variant, key)
    return None, None


def _strip(python_type: Any) -> Any:
    return get_args(python_type)[0] if get_origin(python_type) is Annotated else python_type


def binding_of_literal(literal: core.Literal) -> core.BindingData:
    """A constant as a binding; lists and dicts become bindings of their elements, as in stock."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        items = [binding_of_literal(item) for item in literal.collection.literals]
        return core.BindingData(collection=core.BindingDataCollection(bindings=items))
    if kind == "map":
        entries = {key: binding_of_literal(item) for key, item in literal.map.literals.items()}
        return core.BindingData(map=core.BindingDataMap(bindings=entries))
    return core.BindingData(scalar=literal.scalar)


def binding_data(bound: Bound) -> core.BindingData:
    """A bound value as the wire says it; node ids are final only when the whole body has run."""
    if isinstance(bound, core.BindingData):
        return bound
    if isinstance(bound, Promise):
        reference = core.OutputReference(node_id=bound._node.id, var=bound._var, attr_path=attribute_path(bound._path))
        return core.BindingData(promise=reference)
    if isinstance(bound, dict):
        entries = {key: binding_data(item) for key, item in bound.items()}
        return core.BindingData(map=core.BindingDataMap(bindings=entries))
    return core.BindingData(collection=core.BindingDataCollection(bindings=[binding_data(item) for item in bound]))


def promises_in(bound: Bound) -> Iterator[Promise]:
    """The promises of a bound value, in order, with repetitions."""
    if isinstance(bound, Promise):
        yield bound
    elif not isinstance(bound, core.BindingData):
        for item in bound.values() if isinstance(bound, dict) else bound:
            yield from promises_in(item)


def binding_list(bindings: Mapping[str, Bound], order: list[str] | None = None) -> list[core.Binding]:
    """Bindings by variable, sorted by name unless ``order`` says otherwise."""
    return [core.Binding(var=var, binding=binding_data(bindings[var])) for var in order or sorted(bindings)]

"""What all maps share: lists in place of single values, the node around a target, and plain calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from glidepath.authoring.interface import Interface, Output, Parameter, counted, listed
from glidepath.authoring.map_options import MapOptions
from glidepath.authoring.places import Place
from glidepath.errors import FlyteAssertion, FlyteTypeException, FlyteValidationException
from glidepath.idl import core


class MapShape(NamedTuple):
    """A map before its target is looked at: values that all items get, and how items run."""

    bound: Mapping[str, Any]
    options: MapOptions

    def interface(self, target: Interface, name: str, place: Place, *, optional: bool) -> Interface:
        """The interface of a map: lists, but for bound inputs, which come last and have their values as defaults.

        With ``optional`` the results may hold ``None``. Raises FlyteValidationException for bound values that the target does
        not take.
        """
        unknown = [key for key in self.bound if key not in target.inputs]
        if unknown:
            raise FlyteValidationException(
                f"a map of {target.owner} binds {listed(unknown)}, which it does not take",
                where=str(place),
                hint=f"its inputs are {listed(target.inputs)}",
            )
        lists = {
            key: Parameter(list[parameter.python_type], description=key)  # type: ignore[name-defined]
            for key, parameter in target.inputs.items()
            if key not in self.bound
        }
        same = {key: Parameter(target.inputs[key].python_type, value, key) for key, value in self.bound.items()}
        outputs = {key: Output(_list_of(output.python_type, optional), key) for key, output in target.outputs.items()}
        return Interface({**lists, **same}, outputs, None, name, place)

    def write(self, message: core.Node, inner_id: str) -> core.Node:
        """Make a node's message an array's; gives back the node inside it, which has the same inputs and no target yet."""
        array = message.array_node
        self.options.write(array)
        array.bound_inputs.extend(sorted(self.bound))
        inner = array.node
        inner.id = inner_id
        inner.metadata.CopyFrom(message.metadata)
        inner.inputs.extend(message.inputs)
        return inner

    def call_each(self, name: str, interface: Interface, values: Mapping[str, Any], call: Callable[..., Any]) -> Any:
        """A plain call: ``call`` with the values of each item, in order; the list of results.

        An item that fails gives ``None`` when enough others succeed; else what it raised is raised, with a note of the item.
        """
        size = self._size(name, values)
        needed = self.options.needed(size)
        if needed > size:
            raise FlyteAssertion(f"{name} needs {needed} successes, but has {counted(size, 'item')}")
        results: list[Any] = []
        failed: list[Exception] = []
        for index in range(size):
            item = {key: value if key in self.bound else value[index] for key, value in values.items()}
            try:
                results.append(call(**item))
            except Exception as error:
                _note(error, f"in item {index} of {name}")
                failed.append(error)
                results.append(None)
                if size - len(failed) < needed and not self.options.run_all_sub_nodes:
                    raise
        if size - len(failed) < needed:
            raise failed[0]
        return results if interface.outputs else None

    def _size(self, name: str, values: Mapping[str, Any]) -> int:
        """The common length of the lists. Raises FlyteTypeException for what is no list, FlyteAssertion when lengths differ."""
        sizes: dict[str, int] = {}
        for key, value in values.items():
            if key in self.bound:
                continue
            if not isinstance(value, (list, tuple)):
                raise FlyteTypeException(
                    f"input {key!r} of {name} takes a list, got {type(value).__name__}",
                    hint=f"one value for all items is bound: map_task(functools.partial(..., {key}=...))",
                )
            sizes[key] = len(value)
        if len(set(sizes.values())) > 1:
            lengths = listed(f"{key}: {size}" for key, size in sizes.items())
            raise FlyteAssertion(f"the lists of {name} differ in length ({lengths})", hint="give each the same length")
        return next(iter(sizes.values()), 1)  # with all inputs bound there is one item


def _list_of(python_type: Any, optional: bool) -> Any:
    return list[Optional[python_type]] if optional else list[python_type]  # noqa: UP045  (a type at run time)


def _note(error: Exception, text: str) -> None:
    """PEP 678 for every Python: 3.10 keeps notes without printing them."""
    notes: list[str] = getattr(error, "__notes__", [])
    error.__notes__ = [*notes, text]  # type: ignore[attr-defined]

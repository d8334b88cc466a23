"""Which message a ``.pb`` file holds: its suffix says so, ``_1`` task, ``_2`` workflow, ``_3`` launch plan."""

from __future__ import annotations

import re

from google.protobuf.message import DecodeError

from glidepath.clients.registration import Spec
from glidepath.errors import FlyteValueException
from glidepath.idl import admin

_SUFFIX = re.compile(r"_([1-3])\.pb$")
_KINDS: dict[str, type[admin.TaskSpec | admin.WorkflowSpec | admin.LaunchPlan]] = {
    "1": admin.TaskSpec,
    "2": admin.WorkflowSpec,
    "3": admin.LaunchPlan,
}


def parse(name: str, data: bytes) -> Spec:
    """The message in a file: the kind its name says, else the first kind that reads and names an entity.

    Raises FlyteValueException when none fits.
    """
    suffix = _SUFFIX.search(name)
    first = [suffix.group(1)] if suffix else []
    errors: list[str] = []
    for number in [*first, *(number for number in _KINDS if number not in first)]:
        try:
            spec: Spec = _KINDS[number].FromString(data)
        except DecodeError as error:
            errors.append(f"{_KINDS[number].__name__}: {error}")
            continue
        if _name_in(spec):
            return spec
        errors.append(f"{_KINDS[number].__name__}: it names no entity")
    raise FlyteValueException(
        f"failed unmarshalling file {name}. Errors: {'; '.join(errors)}", hint="run pyflyte package again"
    )


def _name_in(spec: Spec) -> str:
    return spec.id.name if isinstance(spec, admin.LaunchPlan) else spec.template.id.name

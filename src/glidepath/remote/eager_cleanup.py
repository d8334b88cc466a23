"""Ends what a failed eager task left running: the work of its cleanup task, found by labels.

A control plane of ours ends the children of an eager node itself; for others this is how it happens.
"""

from __future__ import annotations

import os

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.clients.pages import Query
from glidepath.errors import FlyteEntityNotExistException, FlyteInvalidInputException
from glidepath.idl.eager import PARENT_LABEL

_CAUSE = "the eager task that launched it has failed"
_LIVE = "UNDEFINED;QUEUED;RUNNING;SUCCEEDING;FAILING"


def end_children() -> None:
    """End all executions that carry the label of this attempt's execution and have not ended."""
    project, domain, name = (
        os.environ.get(f"FLYTE_INTERNAL_EXECUTION_{long}") or os.environ.get(f"_F_{short}", "")
        for long, short in (("PROJECT", "PRJ"), ("DOMAIN", "DM"), ("ID", "NM"))
    )
    query = Query(filters=f"value_in(phase,{_LIVE})+eq(execution_tag.key,{PARENT_LABEL})+eq(execution_tag.value,{name})")
    with Client.connect(PlatformConfig.auto()) as client:
        for execution in client.executions(project, domain, query):
            try:
                client.terminate(execution.id, _CAUSE)
            except (FlyteEntityNotExistException, FlyteInvalidInputException):
                continue  # it has ended meanwhile

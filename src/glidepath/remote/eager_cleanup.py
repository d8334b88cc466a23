"""Ends what a failed eager task left running: the work of its cleanup task, found by labels.

A control plane of ours ends the children of an eager node itself; for others this is how it happens.
"""

from __future__ import annotations

import os

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import FlyteEntityNotExistException, FlyteInvalidInputException
from glidepath.idl import core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

_CAUSE = "the eager task that launched it has failed"


def end_children() -> None:
    """End all executions that carry the label of this attempt's execution and have not ended."""
    project, domain, name = (
        os.environ.get(f"FLYTE_INTERNAL_EXECUTION_{long}") or os.environ.get(f"_F_{short}", "")
        for long, short in (("PROJECT", "PRJ"), ("DOMAIN", "DM"), ("ID", "NM"))
    )
    this = core.WorkflowExecutionIdentifier(project=project, domain=domain, name=name)
    with Client.connect(PlatformConfig.auto()) as client:
        for execution in client.launched_by(this):
            if execution.closure.phase in TERMINAL_WORKFLOW_PHASES:
                continue
            try:
                client.terminate(execution.id, _CAUSE)
            except (FlyteEntityNotExistException, FlyteInvalidInputException):
                continue  # it has ended meanwhile

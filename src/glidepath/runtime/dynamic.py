"""Runs a dynamic task: its body draws a graph, or, when it calls nothing, gives outputs at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from glidepath.authoring.carried_settings import VARIABLE, restored
from glidepath.authoring.dynamic_jobs import Futures, futures_of
from glidepath.authoring.dynamic_tasks import DynamicTask
from glidepath.authoring.settings import FastSettings, SerializationSettings
from glidepath.errors import FlyteUserRuntimeException, IgnoreOutputs
from glidepath.idl import core
from glidepath.runtime.execution import literals_of, values_of
from glidepath.types import DataContext


def run_dynamic(
    task: DynamicTask[..., Any], inputs: core.LiteralMap, ctx: DataContext, settings: SerializationSettings
) -> core.LiteralMap | Futures:
    """The outputs of a body that called no entity, else what it drew. Raises as :func:`run_task` does."""
    values = values_of(task, inputs, ctx)
    try:
        drawn = task.draw(values)
        if drawn.graph is not None:
            return futures_of(drawn.graph, settings)
    except IgnoreOutputs:
        raise
    except Exception as error:
        raise FlyteUserRuntimeException(f"{type(error).__name__}: {error}", where=f"task {task.name}") from error
    return literals_of(task, drawn.result, ctx)


def settings_of_container(env: Mapping[str, str], distribution: str, destination: str) -> SerializationSettings:
    """The settings under which a running task was registered, for the templates of what it calls (flytekit.md, 1.10).

    ``env`` holds the packed settings, the execution's project and domain, and the task's version; ``distribution`` and
    ``destination`` say where this process got its code from ("" for none). Without packed settings the image is the one of
    ``FLYTE_INTERNAL_IMAGE``. Raises FlyteValueException when the packed settings cannot be read.
    """
    packed = env.get(VARIABLE)
    return replace(
        restored(packed) if packed else SerializationSettings(),
        project=_fact(env, "EXECUTION_PROJECT", "PRJ"),
        domain=_fact(env, "EXECUTION_DOMAIN", "DM"),
        version=_fact(env, "TASK_VERSION", "TK_V"),
        fast=FastSettings(distribution, destination or ".") if distribution else None,
    )


def _fact(env: Mapping[str, str], name: str, short: str) -> str:
    return env.get(f"FLYTE_INTERNAL_{name}") or env.get(f"_F_{short}", "")

"""Start an execution: settings of one launch as a value, and the request that carries them (reference: flytekit.md 6)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from glidepath.authoring.images import ImageConfig
from glidepath.authoring.options import Options
from glidepath.clients.again import recovering
from glidepath.errors import FlyteAssertion, FlyteTypeException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.types import DataContext, describe, guess_python_type, to_literal

_PRINCIPAL = "placeholder"
_RANDOM_LENGTH = 19
"""Hexadecimal digits after the prefix of a name, as stock flytekit makes them."""


@dataclass(frozen=True)
class Launch:
    """How one execution starts, beyond what runs and with which inputs."""

    project: str
    domain: str
    name: str = ""
    """Empty: a fresh one."""
    options: Options = field(default_factory=Options)
    """Labels, annotations, output prefix, security context, parallelism, notifications: flytekit's own value."""
    overwrite_cache: bool = False
    interruptible: bool | None = None
    """None: as tasks and workflow say."""
    envs: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    cluster_pool: str = ""
    execution_cluster_label: str = ""
    recover: str = ""
    """Name of an execution of the same project and domain from which this one takes over what succeeded and still fits."""
    from_node: str = ""
    """With ``recover``: unique id of a node that runs again, with all that depends on it."""


class ExecuteSettings(TypedDict, total=False):
    """The settings of ``FlyteRemote.execute``, all optional; flytekit's names."""

    project: str | None
    domain: str | None
    version: str | None
    """Of an entity of this process: the registered version that runs."""
    execution_name: str | None
    execution_name_prefix: str | None
    """The name is this and a random end."""
    image_config: ImageConfig | None
    """For an entity of this process that is registered first."""
    options: Options | None
    overwrite_cache: bool | None
    interruptible: bool | None
    envs: Mapping[str, str] | None
    tags: Sequence[str] | None
    cluster_pool: str | None
    execution_cluster_label: str | None
    recover: str | None
    """Name of an execution from which this one takes over what succeeded and still fits."""
    from_node: str | None
    """With ``recover``: unique id of a node that runs again, with all that depends on it."""


def launch_of(settings: ExecuteSettings, project: str, domain: str) -> Launch:
    """Settings as a launch. Raises FlyteAssertion for unknown names, FlyteValueException for a name and a prefix."""
    unknown = sorted(set(settings) - set(ExecuteSettings.__annotations__))
    if unknown:
        known = ", ".join(ExecuteSettings.__annotations__)
        raise FlyteAssertion(f"execute takes no argument {unknown[0]!r}", hint=f"it takes {known}")
    name, prefix = settings.get("execution_name"), settings.get("execution_name_prefix")
    if name and prefix:
        raise FlyteValueException("execution_name and execution_name_prefix exclude each other")
    if settings.get("from_node") and not settings.get("recover"):
        raise FlyteValueException("from_node needs recover", hint="recover= names the execution that has the node")
    return Launch(
        project=settings.get("project") or project,
        domain=settings.get("domain") or domain,
        name=f"{prefix}-{secrets.token_hex(10)[:_RANDOM_LENGTH]}" if prefix else name or "",
        options=settings.get("options") or Options(),
        overwrite_cache=bool(settings.get("overwrite_cache")),
        interruptible=settings.get("interruptible"),
        envs=settings.get("envs") or {},
        tags=settings.get("tags") or (),
        cluster_pool=settings.get("cluster_pool") or "",
        execution_cluster_label=settings.get("execution_cluster_label") or "",
        recover=settings.get("recover") or "",
        from_node=settings.get("from_node") or "",
    )


def request_of(launch: Launch, launch_plan: core.Identifier, inputs: core.LiteralMap) -> admin.ExecutionCreateRequest:
    """The request that starts an execution of a launch plan (or, for a single task, of a task id)."""
    options = launch.options
    spec = admin.ExecutionSpec(
        launch_plan=launch_plan,
        metadata=admin.ExecutionMetadata(mode=admin.ExecutionMetadata.MANUAL, principal=_PRINCIPAL),
        labels=options.labels.message() if options.labels else None,
        annotations=options.annotations.message() if options.annotations else None,
        raw_output_data_config=options.raw_output_data_config.message() if options.raw_output_data_config else None,
        security_context=options.security_context.message() if options.security_context else None,
        max_parallelism=options.max_parallelism or 0,
        overwrite_cache=launch.overwrite_cache or bool(options.overwrite_cache),
        tags=launch.tags,
    )
    if options.disable_notifications:
        spec.disable_all = True
    elif options.notifications:
        spec.notifications.notifications.extend(notification.message() for notification in options.notifications)
    if launch.interruptible is not None:
        spec.interruptible.value = launch.interruptible
    if launch.envs:
        spec.envs.values.extend(core.KeyValuePair(key=key, value=value) for key, value in launch.envs.items())
    if launch.cluster_pool:
        spec.cluster_assignment.cluster_pool_name = launch.cluster_pool
    if launch.execution_cluster_label:
        spec.execution_cluster_label.value = launch.execution_cluster_label
    if launch.recover:
        source = core.WorkflowExecutionIdentifier(project=launch.project, domain=launch.domain, name=launch.recover)
        recovering(spec, source, launch.from_node)
    return admin.ExecutionCreateRequest(
        project=launch.project, domain=launch.domain, name=launch.name, spec=spec, inputs=inputs
    )


def literals_of(
    inputs: Mapping[str, Any],
    parameters: core.ParameterMap,
    python_types: Mapping[str, Any],
    ctx: DataContext,
) -> core.LiteralMap:
    """Python values as the inputs of an execution; literals pass as they are.

    Names and types are checked here, before anything is sent: FlyteValueException for a missing or unknown name,
    FlyteTypeException for a value of another type. ``python_types`` wins over what literal types suggest.
    """
    known = parameters.parameters
    unknown = sorted(set(inputs) - set(known))
    if unknown:
        raise FlyteValueException(f"there is no input {unknown[0]!r}", hint=f"inputs are: {_listing(parameters)}")
    missing = [name for name, parameter in known.items() if parameter.required and name not in inputs]
    if missing:
        raise FlyteValueException(f"the input {missing[0]!r} is missing", hint=f"inputs are: {_listing(parameters)}")
    return core.LiteralMap(
        literals={name: _literal(name, value, known[name].var.type, python_types, ctx) for name, value in inputs.items()}
    )


def _literal(
    name: str, value: Any, literal_type: core.LiteralType, python_types: Mapping[str, Any], ctx: DataContext
) -> core.Literal:
    if isinstance(value, core.Literal):
        return value
    python_type = python_types[name] if name in python_types else guess_python_type(literal_type)
    try:
        return to_literal(value, python_type, literal_type, ctx)
    except FlyteTypeException as error:
        raise FlyteTypeException(f"input {name!r}: {error.message}", where=error.where, hint=error.hint) from error


def _listing(parameters: core.ParameterMap) -> str:
    return ", ".join(f"{name} ({describe(parameter.var.type)})" for name, parameter in parameters.parameters.items()) or "none"

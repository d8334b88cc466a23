"""From an execution file to the request that starts it: find the entity, convert its inputs by its interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glidepath.cli.flytectl.context import Scope
from glidepath.cli.flytectl.execfile.read import ExecutionFile, literals
from glidepath.errors import FlyteEntityNotExistException, FlyteValueException
from glidepath.idl import admin, core

if TYPE_CHECKING:
    from glidepath.clients.friendly import Client

_PRINCIPAL = "sdk"


def execution_request(client: Client, scope: Scope, name: str, file: ExecutionFile) -> admin.ExecutionCreateRequest:
    """The request. Raises FlyteValueException when the file names no entity, and what look-up and conversion raise."""
    entity, inputs = target_of(client, scope, file)
    return admin.ExecutionCreateRequest(
        project=file.target_project or scope.project,
        domain=file.target_domain or scope.domain,
        name=name,
        spec=_spec(entity, file),
        inputs=inputs,
    )


def target_of(
    client: Client, scope: Scope, file: ExecutionFile, *, complete: bool = True
) -> tuple[core.Identifier, core.LiteralMap]:
    """What a file runs, and its inputs as literals. With ``complete`` no required input may be missing."""
    if bool(file.task) == bool(file.workflow):
        raise FlyteValueException(
            "either task or workflow name should be specified to launch an execution", hint="set one of the two in the file"
        )
    found, types, required = _task(client, scope, file) if file.task else _launch_plan(client, scope, file)
    owner = f"{'task' if file.task else 'launch plan'} {file.task or file.workflow}"
    return found, literals(file, types, required if complete else [], owner)


_Interface = tuple[core.Identifier, dict[str, core.LiteralType], list[str]]
"""An entity's id, the types of its inputs, and the inputs that it requires."""


def _task(client: Client, scope: Scope, file: ExecutionFile) -> _Interface:
    if file.version:
        found = client.task(scope.project, scope.domain, file.task, file.version)
    else:
        found = _there(client.latest_task(scope.project, scope.domain, file.task), "task", file.task)
    variables = found.closure.compiled_task.template.interface.inputs.variables
    types = {name: variable.type for name, variable in variables.items()}
    return found.id, types, list(types)


def _launch_plan(client: Client, scope: Scope, file: ExecutionFile) -> _Interface:
    if file.version:
        found = client.launch_plan(scope.project, scope.domain, file.workflow, file.version)
    else:
        found = _there(client.latest_launch_plan(scope.project, scope.domain, file.workflow), "launch plan", file.workflow)
    expected = found.closure.expected_inputs.parameters
    types = {name: parameter.var.type for name, parameter in expected.items()}
    required = [name for name, parameter in expected.items() if parameter.required]
    return found.id, types, required


def _there(found: admin.Task | admin.LaunchPlan | None, kind: str, name: str):  # type: ignore[no-untyped-def]
    if found is None:
        raise FlyteEntityNotExistException(f"no {kind} {name} is registered", hint="check project, domain and name")
    return found


def _spec(entity: core.Identifier, file: ExecutionFile) -> admin.ExecutionSpec:
    spec = admin.ExecutionSpec(
        launch_plan=entity,
        metadata=admin.ExecutionMetadata(mode=admin.ExecutionMetadata.MANUAL, principal=_PRINCIPAL),
        overwrite_cache=file.overwrite_cache,
    )
    if file.service_account or file.iam_role:
        spec.auth_role.CopyFrom(
            admin.AuthRole(kubernetes_service_account=file.service_account, assumable_iam_role=file.iam_role)
        )
        identity = core.Identity(k8s_service_account=file.service_account, iam_role=file.iam_role)
        spec.security_context.CopyFrom(core.SecurityContext(run_as=identity))
    if file.cluster_pool:
        spec.cluster_assignment.cluster_pool_name = file.cluster_pool
    if file.execution_cluster:
        spec.execution_cluster_label.value = file.execution_cluster
    if file.envs:
        spec.envs.values.extend(core.KeyValuePair(key=key, value=value) for key, value in sorted(file.envs.items()))
    return spec

"""Child executions: what a launch-plan node asks of the execution service."""

from __future__ import annotations

from glidepath.admin.errors import AdminError, AlreadyExists, NotFound
from glidepath.admin.live import Live
from glidepath.admin.recovery import FROM_NODE
from glidepath.admin.rpc import Call
from glidepath.admin.services.executions import Executions
from glidepath.engine.commands import StartChild
from glidepath.idl import admin, core

_INHERITED = (
    "labels",
    "annotations",
    "security_context",
    "raw_output_data_config",
    "interruptible",
    "envs",
    "cluster_assignment",
)


class ChildExecutions:
    """Launches and ends children through the same service that clients call."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    def launch_child(self, parent: Live, command: StartChild) -> None:
        """Create the child with its parent's settings. One that exists under the name is the one of an earlier try."""
        call = Call(principal=parent.spec.metadata.principal)
        request = child_request(parent, command, self._earlier(parent, command, call))
        try:
            self._executions.create(request, call)
        except AlreadyExists as refusal:
            child = core.WorkflowExecutionIdentifier(project=request.project, domain=request.domain, name=request.name)
            try:
                self._executions.get(admin.WorkflowExecutionGetRequest(id=child), call)
            except NotFound:
                raise refusal from None  # nothing has the name: the launch plan already runs as often as it may

    def _earlier(self, parent: Live, command: StartChild, call: Call) -> core.WorkflowExecutionIdentifier | None:
        """The child that the node had started in the execution which the parent recovers from, if it is still there."""
        earlier = parent.recovery.child_of(command.uid) if parent.recovery is not None else None
        if earlier is None:
            return None
        try:
            self._executions.get(admin.WorkflowExecutionGetRequest(id=earlier), call)
        except NotFound:
            return None
        return earlier

    def terminate_child(self, child: core.WorkflowExecutionIdentifier, principal: str, reason: str) -> None:
        """End the child; one that has ended already, or never began, is left alone."""
        try:
            self._executions.terminate(admin.ExecutionTerminateRequest(id=child, cause=reason), Call(principal=principal))
        except AdminError:
            return


def child_request(
    parent: Live, command: StartChild, earlier: core.WorkflowExecutionIdentifier | None = None
) -> admin.ExecutionCreateRequest:
    """The request for a child: its parent's labels, identity, places and limits go with it (reference: engine.md, 1.6).

    ``earlier``: the execution that the child recovers from, if its parent does so too.
    """
    mode = admin.ExecutionMetadata.RECOVERED if earlier is not None else admin.ExecutionMetadata.CHILD_WORKFLOW
    spec = admin.ExecutionSpec(
        launch_plan=command.launch_plan,
        metadata=admin.ExecutionMetadata(
            mode=mode,
            parent_node_execution=core.NodeExecutionIdentifier(
                node_id=command.record or command.uid, execution_id=parent.state.id
            ),
            reference_execution=earlier,
        ),
        max_parallelism=parent.spec.max_parallelism,
        overwrite_cache=parent.spec.overwrite_cache,
    )
    for field in _INHERITED:
        if parent.spec.HasField(field):
            getattr(spec, field).CopyFrom(getattr(parent.spec, field))
    spec.annotations.values.pop(FROM_NODE, None)
    return admin.ExecutionCreateRequest(
        project=parent.state.id.project,
        domain=parent.state.id.domain,
        name=command.name,
        spec=spec,
        inputs=command.inputs,
    )

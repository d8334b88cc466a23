"""Executions started again: relaunched whole, or recovered, which takes over what succeeded."""

from sqlalchemy import select

from glidepath.admin.errors import missing_entity
from glidepath.admin.recovery import FROM_NODE
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.executions import Executions
from glidepath.admin.store.rows import is_execution
from glidepath.admin.store.schema import executions
from glidepath.admin.validation import require_execution
from glidepath.idl import admin, core


class StartingOver:
    """RelaunchExecution and RecoverExecution.

    A recovery with another version, other inputs or from a named node is a CreateExecution whose metadata say RECOVERED and
    name the ``reference_execution`` (:mod:`glidepath.admin.recovery`); annotation ``glidepath.io/from-node`` names the node.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._executions = Executions(context)

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"RelaunchExecution": self.relaunch, "RecoverExecution": self.recover}

    def relaunch(self, request: admin.ExecutionRelaunchRequest, call: Call) -> admin.ExecutionCreateResponse:
        """Launch again what an execution ran, with the inputs that its caller gave."""
        again = self._again(request.id, request.name)
        again.spec.metadata.mode = admin.ExecutionMetadata.RELAUNCH
        again.spec.overwrite_cache = request.overwrite_cache
        return self._executions.create(again, call)

    def recover(self, request: admin.ExecutionRecoverRequest, call: Call) -> admin.ExecutionCreateResponse:
        """Launch again what an execution ran, without running again what succeeded in it."""
        again = self._again(request.id, request.name)
        again.spec.metadata.mode = admin.ExecutionMetadata.RECOVERED
        if request.metadata.HasField("parent_node_execution"):
            again.spec.metadata.parent_node_execution.CopyFrom(request.metadata.parent_node_execution)
        return self._executions.create(again, call)

    def _again(self, identifier: core.WorkflowExecutionIdentifier, name: str) -> admin.ExecutionCreateRequest:
        """The request that started an execution, with a reference to it in place of the rest of its metadata."""
        require_execution(identifier)
        columns = (executions.c.spec, executions.c.user_inputs_uri)
        with self._context.store.read() as connection:
            row = connection.execute(select(*columns).where(*is_execution(executions, identifier))).one_or_none()
        if row is None:
            raise missing_entity("execution", identifier)
        spec = admin.ExecutionSpec.FromString(row.spec)
        spec.metadata.CopyFrom(admin.ExecutionMetadata(reference_execution=identifier))
        spec.annotations.values.pop(FROM_NODE, None)
        return admin.ExecutionCreateRequest(
            project=identifier.project,
            domain=identifier.domain,
            name=name,
            spec=spec,
            inputs=core.LiteralMap.FromString(self._context.storage.get(row.user_inputs_uri)),
        )

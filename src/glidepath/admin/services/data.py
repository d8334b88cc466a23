"""Inputs and outputs of executions, nodes and attempts, read for clients that have no access to the store.

Literal maps above the configured size (2 MB in FlyteAdmin) are not inlined. Reference: flytectl-and-admin.md, C2.
"""

from typing import Any

from sqlalchemy import select

from glidepath.admin.errors import NotFound, missing_entity
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.executions import load_execution
from glidepath.admin.services.node_executions import load_node
from glidepath.admin.services.task_executions import load_task_execution
from glidepath.admin.store.rows import is_execution, is_node
from glidepath.admin.store.schema import executions, node_executions
from glidepath.admin.validation import require_execution, require_node_execution, require_task_execution
from glidepath.errors import FlyteDataNotFoundException
from glidepath.idl import admin, core, flyte_urls


class Data:
    """GetExecutionData, GetNodeExecutionData, GetTaskExecutionData, GetDynamicNodeWorkflow."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "GetExecutionData": self.execution,
            "GetNodeExecutionData": self.node,
            "GetTaskExecutionData": self.task,
            "GetDynamicNodeWorkflow": self.dynamic_workflow,
        }

    def execution(self, request: admin.WorkflowExecutionGetDataRequest, call: Call) -> admin.WorkflowExecutionGetDataResponse:
        """The complete inputs of an execution, and its outputs once it succeeded."""
        require_execution(request.id)
        with self._context.store.read() as connection:
            closure = load_execution(connection, request.id).closure
            query = select(executions.c.inputs_uri).where(*is_execution(executions, request.id))
            inputs_uri = connection.execute(query).scalar_one()
        return admin.WorkflowExecutionGetDataResponse(
            full_inputs=self._literals(inputs_uri), full_outputs=self._execution_outputs(closure)
        )

    def node(self, request: admin.NodeExecutionGetDataRequest, call: Call) -> admin.NodeExecutionGetDataResponse:
        """The inputs and outputs of a node, what it compiled if it is dynamic, and the ``flyte://`` URLs of all that."""
        require_node_execution(request.id)
        with self._context.store.read() as connection:
            node = load_node(connection, request.id)
            closure_uri = connection.execute(_dynamic_closure(request.id)).scalar_one()
        urls = admin.FlyteURLs(
            inputs=flyte_urls.node_url(request.id, flyte_urls.INPUTS),
            outputs=flyte_urls.node_url(request.id, flyte_urls.OUTPUTS),
            deck=flyte_urls.node_url(request.id, flyte_urls.DECK) if node.closure.deck_uri else "",
        )
        response = admin.NodeExecutionGetDataResponse(
            full_inputs=self._literals(node.input_uri), full_outputs=self._outputs(node.closure), flyte_urls=urls
        )
        if closure_uri:
            compiled = self._compiled(closure_uri)
            response.dynamic_workflow.id.CopyFrom(compiled.primary.template.id)
            response.dynamic_workflow.compiled_workflow.CopyFrom(compiled)
            response.dynamic_workflow.dynamic_job_spec_uri = node.closure.dynamic_job_spec_uri
        return response

    def task(self, request: admin.TaskExecutionGetDataRequest, call: Call) -> admin.TaskExecutionGetDataResponse:
        """The inputs and outputs of one attempt."""
        require_task_execution(request.id)
        with self._context.store.read() as connection:
            task = load_task_execution(connection, request.id)
        node, attempt = request.id.node_execution_id, request.id.retry_attempt
        urls = admin.FlyteURLs(
            inputs=flyte_urls.attempt_url(node, attempt, flyte_urls.INPUTS),
            outputs=flyte_urls.attempt_url(node, attempt, flyte_urls.OUTPUTS),
        )
        return admin.TaskExecutionGetDataResponse(
            full_inputs=self._literals(task.input_uri), full_outputs=self._outputs(task.closure), flyte_urls=urls
        )

    def dynamic_workflow(self, request: admin.GetDynamicNodeWorkflowRequest, call: Call) -> admin.DynamicNodeWorkflowResponse:
        """What a dynamic node compiled. NotFound when it has not, or is not dynamic."""
        require_node_execution(request.id)
        with self._context.store.read() as connection:
            closure_uri = connection.execute(_dynamic_closure(request.id)).scalar_one_or_none()
        if closure_uri is None:
            raise missing_entity("node execution", request.id)
        if not closure_uri:
            raise NotFound(f"node [{request.id.node_id}] does not have a dynamic workflow")
        return admin.DynamicNodeWorkflowResponse(compiled_workflow=self._compiled(closure_uri))

    def _execution_outputs(self, closure: admin.ExecutionClosure) -> core.LiteralMap:
        if closure.HasField("output_data"):
            return closure.output_data
        if closure.outputs.HasField("values"):
            return closure.outputs.values
        return self._literals(closure.outputs.uri)

    def _outputs(self, closure: Any) -> core.LiteralMap:
        inline: core.LiteralMap = closure.output_data
        return inline if closure.HasField("output_data") else self._literals(closure.output_uri)

    def _literals(self, uri: str) -> core.LiteralMap:
        """The literal map at ``uri``; an empty one for no URI and for a map above the limit."""
        if not uri:
            return core.LiteralMap()
        info = self._context.storage.stat(uri)
        if info is not None and info.size > self._context.config.limits.inline_bytes:
            return core.LiteralMap()
        return core.LiteralMap.FromString(self._get(uri))

    def _compiled(self, uri: str) -> core.CompiledWorkflowClosure:
        return core.CompiledWorkflowClosure.FromString(self._get(uri))

    def _get(self, uri: str) -> bytes:
        try:
            return self._context.storage.get(uri)
        except FlyteDataNotFoundException:
            raise NotFound(f"nothing is left at [{uri}], where this execution's data was written") from None


def _dynamic_closure(node: core.NodeExecutionIdentifier) -> Any:
    column = node_executions.c.dynamic_workflow_remote_closure_reference
    return select(column).where(*is_node(node_executions, node))

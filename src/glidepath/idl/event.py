"""flyteidl.event under short names: what an engine reports about executions, nodes and tasks."""

from flyteidl.event.cloudevents_pb2 import (
    CloudEventExecutionStart as CloudEventExecutionStart,
    CloudEventNodeExecution as CloudEventNodeExecution,
    CloudEventTaskExecution as CloudEventTaskExecution,
    CloudEventWorkflowExecution as CloudEventWorkflowExecution,
)
from flyteidl.event.event_pb2 import (
    DynamicWorkflowNodeMetadata as DynamicWorkflowNodeMetadata,
    EventReason as EventReason,
    ExternalResourceInfo as ExternalResourceInfo,
    NodeExecutionEvent as NodeExecutionEvent,
    ParentNodeExecutionMetadata as ParentNodeExecutionMetadata,
    ParentTaskExecutionMetadata as ParentTaskExecutionMetadata,
    ResourcePoolInfo as ResourcePoolInfo,
    TaskExecutionEvent as TaskExecutionEvent,
    TaskExecutionMetadata as TaskExecutionMetadata,
    TaskNodeMetadata as TaskNodeMetadata,
    WorkflowExecutionEvent as WorkflowExecutionEvent,
    WorkflowNodeMetadata as WorkflowNodeMetadata,
)

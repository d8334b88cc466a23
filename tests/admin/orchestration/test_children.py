"""Children of launch-plan nodes: across restarts, refused, aborted with their parents, never orphans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from admin_specs import identifier, integer, launch_plan, task, workflow
from orchestrated import ABORTED, FAILED, SUCCEEDED, PatientExecutor, Server, node, outputs_of

from glidepath.admin.offspring import Offspring
from glidepath.admin.orchestrator import Orchestrator
from glidepath.admin.rpc import Call
from glidepath.admin.services.executions import Executions
from glidepath.errors import FlyteUploadDataException
from glidepath.executors.protocol import Failed
from glidepath.idl import admin, core
from glidepath.idl.ids import child_execution_name


def parent_plan(server: Server) -> core.Identifier:
    server.register()
    return server.register_graph("parent", [node("n0", plan="wf"), node("n1", "n0")])


def test_a_childs_outputs_are_its_nodes(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}


def test_a_child_that_fails_fails_its_node_with_its_error(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    executor.behaviour = lambda attempt: Failed(error, recoverable=False)
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).message == "oh no"


def test_a_restart_while_a_child_runs_changes_nothing(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    server.until(lambda: bool(executor.names))
    for _ in range(3):
        server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}
    assert len(server.children()) == 1


def test_a_child_that_ended_just_before_a_crash_is_found_after_it(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    with monkeypatch.context() as patch:
        patch.setattr(Orchestrator, "_tell_parent", lambda *_: None)
        server.until(lambda: bool(executor.names))
        executor.run_next()
        server.until(lambda: [server.phase(child) for child in server.children()] == [SUCCEEDED])
        server.orchestrator.stop()
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_launch_that_was_not_carried_out_before_a_crash_is_carried_out_after_it(
    servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    plan = parent_plan(server)
    with monkeypatch.context() as patch:
        patch.setattr(Offspring, "launch", lambda *_: None)
        execution = server.launch("e1", plan, n=1)
        server.until(lambda: server.nodes(execution).get("n0") == "RUNNING")
        server.orchestrator.stop()
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_launch_waits_for_a_fault_that_passes(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glidepath.admin.errands._RETRY_SECONDS", 0.02)
    server = servers()
    plan = parent_plan(server)
    put, failures = server.storage.put, iter(range(3))
    execution = server.launch("e1", plan, n=1)

    def full(uri: str, data: bytes, *args: Any, **kwargs: Any) -> None:
        if "/admin/" in uri and next(failures, None) is not None:
            raise FlyteUploadDataException("no space left on device", where=uri)
        put(uri, data, *args, **kwargs)

    monkeypatch.setattr(server.storage, "put", full)
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_child_that_is_refused_fails_its_node(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers()
    plan = parent_plan(server)

    create = Executions.create

    def refuse(self: Executions, request: Any, call: Any) -> Any:
        if request.spec.metadata.HasField("parent_node_execution"):
            request.spec.launch_plan.CopyFrom(identifier("LAUNCH_PLAN", "missing"))
        return create(self, request, call)

    monkeypatch.setattr(Executions, "create", refuse)
    execution = server.launch("e1", plan, n=1)
    server.until(lambda: server.phase(execution) == FAILED)
    assert server.error(execution).code == "ChildLaunchFailed"
    assert "missing entity of type launch_plan" in server.error(execution).message


def test_an_abort_ends_the_children(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    server.until(lambda: bool(executor.names))
    server.terminate(execution)
    server.until(lambda: [server.phase(each) for each in (execution, *server.children())] == [ABORTED, ABORTED])
    server.until(lambda: not executor.names)


def test_a_child_whose_parent_was_aborted_just_before_a_crash_is_ended_after_it(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    plan = parent_plan(server)
    with monkeypatch.context() as patch:
        patch.setattr(Offspring, "end", lambda *_: None)
        execution = server.launch("e1", plan, n=1)
        server.until(lambda: bool(executor.names))
        server.terminate(execution)
        server.until(lambda: server.phase(execution) == ABORTED)
        server.orchestrator.stop()
    server = servers()
    server.until(lambda: [server.phase(child) for child in server.children()] == [ABORTED])
    server.until(lambda: not executor.names)


def child_of(server: Server, execution: core.WorkflowExecutionIdentifier, uid: str = "n0") -> admin.Execution:
    """The execution that a node launched."""
    node_id = core.NodeExecutionIdentifier(node_id=uid, execution_id=execution)
    found = server.call(
        "GetNodeExecution", admin.NodeExecutionGetRequest(id=node_id)
    ).closure.workflow_node_metadata.executionId
    child: admin.Execution = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=found))
    return child


def launch_with_settings(server: Server) -> core.WorkflowExecutionIdentifier:
    """The parent, launched by somebody with settings of every kind that goes on to children."""
    spec = admin.ExecutionSpec(launch_plan=parent_plan(server), max_parallelism=7, overwrite_cache=True)
    spec.labels.values["team"] = "blue"
    spec.annotations.values["ticket"] = "42"
    spec.interruptible.value = True
    spec.envs.values.add(key="LEVEL", value="debug")
    spec.raw_output_data_config.output_location_prefix = "memory://elsewhere"
    spec.security_context.run_as.k8s_service_account = "robot"
    request = admin.ExecutionCreateRequest(project="flytesnacks", domain="development", name="e1", spec=spec)
    request.inputs.literals["n"].CopyFrom(integer(1))
    execution: core.WorkflowExecutionIdentifier = server.admin["CreateExecution"](request, Call(principal="ada")).id
    server.until(lambda: bool(server.children()))
    return execution


def test_a_child_has_its_parents_settings(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = launch_with_settings(server)
    spec = child_of(server, execution).spec
    assert (spec.max_parallelism, spec.overwrite_cache, spec.interruptible.value) == (7, True, True)
    assert (spec.labels.values["team"], spec.annotations.values["ticket"]) == ("blue", "42")
    assert [(pair.key, pair.value) for pair in spec.envs.values] == [("LEVEL", "debug")]
    assert spec.raw_output_data_config.output_location_prefix == "memory://elsewhere"
    assert spec.security_context.run_as.k8s_service_account == "robot"


def test_a_child_knows_its_parent(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = launch_with_settings(server)
    child = child_of(server, execution)
    metadata = child.spec.metadata
    assert child.id.name == child_execution_name("e1", "n0", 0)
    assert (metadata.mode, metadata.nesting, metadata.principal) == (admin.ExecutionMetadata.CHILD_WORKFLOW, 1, "ada")
    assert metadata.parent_node_execution == core.NodeExecutionIdentifier(node_id="n0", execution_id=execution)


def test_a_childs_child_is_one_deeper(servers: Callable[[], Server]) -> None:
    server = servers()
    parent_plan(server)
    execution = server.launch("e1", server.register_graph("grand", [node("n0", plan="parent")]), n=1)
    assert server.run_to_end(execution) == SUCCEEDED
    nestings = [child_of(server, execution).spec.metadata.nesting]
    nestings.append(child_of(server, child_of(server, execution).id).spec.metadata.nesting)
    assert nestings == [1, 2]


def test_a_childs_error_comes_whole(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:OutOfPaint", message="red\nand blue", kind=core.ExecutionError.SYSTEM)
    executor.behaviour = lambda attempt: Failed(error, recoverable=False)
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    assert server.run_to_end(execution) == FAILED
    found = server.error(execution)
    assert (found.code, found.message, found.kind) == (error.code, error.message, error.kind)


def test_a_child_that_somebody_ends_fails_its_node(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    server.until(lambda: bool(executor.names))
    server.terminate(server.children()[0], "not today")
    server.until(lambda: server.phase(execution) == FAILED)
    found = server.error(execution)
    assert (found.code, found.kind) == ("RemoteChildWorkflowExecutionFailed", core.ExecutionError.USER)
    assert "not today" in found.message


def test_the_children_of_children_end_with_them(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    parent_plan(server)
    execution = server.launch("e1", server.register_graph("grand", [node("n0", plan="parent")]), n=1)
    server.until(lambda: bool(executor.names))
    server.terminate(execution)
    server.until(lambda: sorted(server.phase(each) for each in server.children()) == [ABORTED, ABORTED])
    causes = [
        server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=each)).closure.abort_metadata.cause
        for each in server.children()
    ]
    assert all(cause.startswith("cascading abort as parent execution id [flytesnacks:development:") for cause in causes)


def register_elsewhere(server: Server) -> None:
    """The task ``add``, the workflow and the launch plan ``wf`` in another project and domain."""
    server.call("RegisterProject", admin.ProjectRegisterRequest(project=admin.Project(id="elsewhere", name="elsewhere")))
    add, wf, plan = task(), workflow(), launch_plan()
    references = [each.task_node.reference_id for each in wf.spec.template.nodes]
    for each in (add.id, wf.id, plan.id, plan.spec.workflow_id, *references):
        move(each)
    for rpc, request in (("CreateTask", add), ("CreateWorkflow", wf), ("CreateLaunchPlan", plan)):
        server.call(rpc, request)


def move(identifier: core.Identifier) -> None:
    identifier.project, identifier.domain = "elsewhere", "staging"


def test_tasks_and_launch_plans_of_another_project_may_be_used(servers: Callable[[], Server]) -> None:
    """They were registered there; the executions, the child's too, are here."""
    server = servers()
    register_elsewhere(server)
    nodes = [node("n0"), node("n1", "n0", plan="wf")]
    move(nodes[0].task_node.reference_id)
    move(nodes[1].workflow_node.launchplan_ref)
    execution = server.launch("e1", server.register_graph("borrower", nodes), n=1)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}
    child = child_of(server, execution, "n1")
    assert (child.id.project, child.spec.launch_plan.project) == ("flytesnacks", "elsewhere")

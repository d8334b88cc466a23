"""Dynamic tasks: a plan becomes nodes, the rows know where it lies, restarts and recoveries go on inside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from admin_specs import identifier, integer, promise, task
from orchestrated import FAILED, SUCCEEDED, PatientExecutor, Server, adds_one, node, outputs_of, template_of

from glidepath.admin.errors import NotFound
from glidepath.admin.expanding import Expander
from glidepath.executors.protocol import Attempt, Failed, Outcome, Succeeded
from glidepath.idl import admin, core

RECOVERED = "RECOVERED"


def fixed(found: core.Node, value: int) -> core.Node:
    """The node with its input bound to a number: a plan's nodes have no workflow inputs to take."""
    found.inputs[0].binding.CopyFrom(core.BindingData(scalar=integer(value).scalar))
    return found


def job_of(nodes: Sequence[core.Node], *subs: core.WorkflowTemplate, tasks: Sequence[str] = ("inner",)) -> core.DynamicJobSpec:
    """A plan whose output is the last node's. ``tasks``: those that it brings with it."""
    return core.DynamicJobSpec(
        nodes=nodes,
        outputs=[promise("o0", nodes[-1].id, "o0")],
        tasks=[_template(name) for name in tasks],
        subworkflows=subs,
    )


def _template(name: str) -> core.TaskTemplate:
    template = core.TaskTemplate()
    template.CopyFrom(task(name).spec.template)
    template.id.CopyFrom(identifier("TASK", name))
    return template


def plans(executor: PatientExecutor, **jobs: core.DynamicJobSpec) -> None:
    """Let tasks write plans instead of outputs; the others add one."""

    def run(attempt: Attempt) -> Outcome:
        job = jobs.get(attempt.task.id.name)
        if job is None:
            return adds_one(attempt)
        executor.storage.put(f"{attempt.output_prefix}/futures.pb", job.SerializeToString())
        return Succeeded(core.LiteralMap(), f"{attempt.output_prefix}/outputs.pb", futures=True)

    executor.behaviour = run


def chain() -> list[core.Node]:
    return [fixed(node("dn0", runs="inner"), 10), node("dn1", "dn0", runs="inner")]


def launch_dynamic(server: Server, name: str = "e1") -> core.WorkflowExecutionIdentifier:
    """The dynamic task, then ``add`` on its output."""
    server.register()
    server.call("CreateTask", task("dyn"))
    plan = server.register_graph("dynamic", [node("n0", runs="dyn"), node("n1", "n0")])
    return server.launch(name, plan, n=1)


def node_id(execution: core.WorkflowExecutionIdentifier, uid: str = "n0") -> core.NodeExecutionIdentifier:
    return core.NodeExecutionIdentifier(node_id=uid, execution_id=execution)


def test_a_plan_runs_in_place_of_its_task(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of(chain()))
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 13}
    ended = dict.fromkeys(("n0-0-start-node", "n0-0-dn0", "n0-0-dn1", "n0-0-end-node"), SUCCEEDED)
    assert server.nodes(execution, "n0") == ended


def test_clients_learn_what_was_compiled(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of(chain()))
    server = servers()
    execution = launch_dynamic(server)
    server.run_to_end(execution)
    found = server.call("GetNodeExecution", admin.NodeExecutionGetRequest(id=node_id(execution)))
    assert (found.metadata.is_parent_node, found.metadata.is_dynamic) == (True, True)
    response = server.call("GetDynamicNodeWorkflow", admin.GetDynamicNodeWorkflowRequest(id=node_id(execution)))
    assert response.compiled_workflow.primary.template.id.name == "dynamic_n0"
    data = server.call("GetNodeExecutionData", admin.NodeExecutionGetDataRequest(id=node_id(execution)))
    assert data.dynamic_workflow.compiled_workflow == response.compiled_workflow
    assert data.dynamic_workflow.id == response.compiled_workflow.primary.template.id
    assert data.dynamic_workflow.dynamic_job_spec_uri.endswith("/n0/data/0/futures.pb")


def test_a_node_that_is_not_dynamic_has_no_plan(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of(chain()))
    server = servers()
    execution = launch_dynamic(server)
    server.run_to_end(execution)
    with pytest.raises(NotFound, match="does not have a dynamic workflow"):
        server.call("GetDynamicNodeWorkflow", admin.GetDynamicNodeWorkflowRequest(id=node_id(execution, "n1")))


def test_a_restart_inside_a_plan_goes_on(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of(chain()))
    server = servers()
    execution = launch_dynamic(server)

    def inside() -> bool:
        server.executor.run_next()
        return "n0-0-dn1" in server.nodes(execution, "n0")

    server.until(inside)
    before = executor.started
    for _ in range(2):
        server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 13}
    assert executor.started - before <= {"e1-n0-0-dn1-0", "e1-n1-0"}


def test_a_plan_that_was_not_compiled_before_a_crash_is_compiled_after_it(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans(executor, dyn=job_of(chain()))
    server = servers()
    with monkeypatch.context() as patch:
        planned: list[object] = []
        patch.setattr(Expander, "expand", lambda self, live, what: planned.append(what))
        execution = launch_dynamic(server)

        def has_planned() -> bool:
            server.executor.run_next()
            return bool(planned)

        server.until(has_planned)
        server.orchestrator.stop()
    executor.report_again("e1-n0-0")
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert executor.runs["e1-n0-0"] == 2


def test_a_plan_that_does_not_compile_fails_its_task_for_good(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    broken = job_of([fixed(node("dn0", runs="inner"), 1), node("dn1", "nowhere", runs="inner")])
    plans(executor, dyn=broken)
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == FAILED
    error = server.error(execution)
    assert (error.code, error.kind) == ("DynamicWorkflowBuildFailed", core.ExecutionError.USER)
    assert "nowhere" in error.message
    assert executor.runs["e1-n0-0"] == 1


def test_a_plan_that_refers_to_what_is_not_registered_says_so(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of([fixed(node("dn0", plan="missing"), 1)]))
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).code == "DynamicWorkflowBuildFailed"
    assert "node_dependency_hints" in server.error(execution).message
    assert 'name:"missing"' in server.error(execution).message.replace(": ", ":")


def test_a_plan_that_cannot_be_read_is_made_again(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of(chain()))
    write = executor.behaviour

    def first_garbage(attempt: Attempt) -> Outcome:
        outcome = write(attempt)
        if attempt.name == "e1-n0-0":
            executor.storage.put(f"{attempt.output_prefix}/futures.pb", b"\xff\xff\xff")
        return outcome

    executor.behaviour = first_garbage
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == SUCCEEDED
    assert (executor.runs["e1-n0-0"], executor.runs["e1-n0-1"]) == (1, 1)


def test_a_plan_may_use_what_is_registered(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    """A task by reference, a launch plan and a sub-workflow."""
    inner = template_of("inner-wf", [node("n0", runs="inner")])
    nodes = [fixed(node("dn0"), 1), node("dn1", "dn0", plan="wf"), node("dn2", "dn1", sub="inner-wf")]
    plans(executor, dyn=job_of(nodes, inner))
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 5}


def test_a_plan_may_hold_dynamic_tasks(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    outer = job_of([fixed(node("dn0", runs="deeper"), 1), node("dn1", "dn0", runs="inner")], tasks=("deeper", "inner"))
    plans(executor, dyn=outer, deeper=job_of(chain()))
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 14}
    assert server.nodes(execution, "n0-0-dn0")["n0-0-dn0-0-dn1"] == SUCCEEDED


def test_what_fails_inside_a_plan_is_the_tasks_error(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    fail_inside(executor, error)
    server = servers()
    execution = launch_dynamic(server)
    assert server.run_to_end(execution) == FAILED
    assert (server.error(execution).code, server.error(execution).message) == ("USER:ValueError", "oh no")


def fail_inside(executor: PatientExecutor, error: core.ExecutionError) -> None:
    """The second node of the plan fails."""
    plans(executor, dyn=job_of(chain()))
    succeed = executor.behaviour
    executor.behaviour = lambda attempt: Failed(error, recoverable=False) if attempt.node_id == "n0-0-dn1" else succeed(attempt)


def test_a_recovery_goes_on_inside_the_plan(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    fail_inside(executor, core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER))
    server = servers()
    source = launch_dynamic(server)
    assert server.run_to_end(source) == FAILED
    executor.behaviour = adds_one
    execution = server.call("RecoverExecution", admin.ExecutionRecoverRequest(id=source, name="e2")).id
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 13}
    assert server.nodes(execution, "n0")["n0-0-dn0"] == RECOVERED
    assert executor.runs["e2-n0-0"] == 0
    response = server.call("GetDynamicNodeWorkflow", admin.GetDynamicNodeWorkflowRequest(id=node_id(execution)))
    assert response.compiled_workflow.primary.template.id.name == "dynamic_n0"


def test_a_recovered_dynamic_node_keeps_its_plan(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    plans(executor, dyn=job_of(chain()))
    server = servers()
    source = launch_dynamic(server)
    assert server.run_to_end(source) == SUCCEEDED
    execution = server.call("RecoverExecution", admin.ExecutionRecoverRequest(id=source, name="e2")).id
    assert server.run_to_end(execution) == SUCCEEDED
    assert server.nodes(execution)["n0"] == RECOVERED
    data = server.call("GetNodeExecutionData", admin.NodeExecutionGetDataRequest(id=node_id(execution)))
    assert data.dynamic_workflow.compiled_workflow.primary.template.id.name == "dynamic_n0"

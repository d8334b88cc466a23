"""Recover: what succeeded is taken over, what did not runs; with new code or inputs only what still fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from admin_specs import identifier, integer, launch_plan, literals, task
from orchestrated import FAILED, SUCCEEDED, PatientExecutor, Server, adds_one, node, outputs_of, template_of

from glidepath.admin.errors import InvalidArgument, NotFound
from glidepath.executors.protocol import Attempt, Failed, Outcome, Succeeded
from glidepath.idl import admin, core

RECOVERED = "RECOVERED"
BROKEN = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)


def fails_at(*nodes: str) -> Callable[[Attempt], Outcome]:
    """The task ``add``, which fails in these nodes."""

    def run(attempt: Attempt) -> Outcome:
        return Failed(BROKEN, recoverable=False) if attempt.node_id in nodes else adds_one(attempt)

    return run


def failed_chain(server: Server, *broken: str, name: str = "e1") -> core.WorkflowExecutionIdentifier:
    """n0 - n1 - n2 - n3, which fails at these nodes; the task is mended then."""
    server.register()
    plan = server.register_graph("chain", [node("n0"), node("n1", "n0"), node("n2", "n1"), node("n3", "n2")])
    server.executor.behaviour = fails_at(*broken)
    execution = server.launch(name, plan, n=1)
    assert server.run_to_end(execution) == (FAILED if broken else SUCCEEDED)
    server.executor.behaviour = adds_one
    return execution


def recover(server: Server, source: core.WorkflowExecutionIdentifier, name: str = "e2") -> core.WorkflowExecutionIdentifier:
    found: core.WorkflowExecutionIdentifier
    found = server.call("RecoverExecution", admin.ExecutionRecoverRequest(id=source, name=name)).id
    return found


def recover_with(
    server: Server,
    source: core.WorkflowExecutionIdentifier,
    plan: core.Identifier,
    n: int | None = 1,
    from_node: str = "",
) -> core.WorkflowExecutionIdentifier:
    """Recover with what RecoverExecution cannot say."""
    spec = admin.ExecutionSpec(
        launch_plan=plan,
        metadata=admin.ExecutionMetadata(mode=admin.ExecutionMetadata.RECOVERED, reference_execution=source),
    )
    if from_node:
        spec.annotations.values["glidepath.io/from-node"] = from_node
    request = admin.ExecutionCreateRequest(
        project=source.project,
        domain=source.domain,
        name="e2",
        spec=spec,
        inputs=literals(n=integer(n)) if n is not None else literals(),
    )
    found: core.WorkflowExecutionIdentifier = server.call("CreateExecution", request).id
    return found


def ran(server: Server, execution: core.WorkflowExecutionIdentifier) -> list[str]:
    """The nodes of an execution that were run, not taken over, at the top."""
    return [name for name, phase in server.nodes(execution).items() if phase != RECOVERED and not name.endswith("-node")]


def chain_plan() -> core.Identifier:
    return identifier("LAUNCH_PLAN", "chain")


def test_what_succeeded_is_taken_over(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    before = executor.started
    execution = recover(server, source)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 5}
    assert ran(server, execution) == ["n2", "n3"]
    assert executor.started - before == {"e2-n2-0", "e2-n3-0"}


def test_a_recovered_execution_says_where_it_comes_from(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    metadata = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=recover(server, source))).spec.metadata
    assert (metadata.mode, metadata.reference_execution) == (admin.ExecutionMetadata.RECOVERED, source)


def test_a_relaunch_runs_everything_again(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    execution = server.call("RelaunchExecution", admin.ExecutionRelaunchRequest(id=source, name="e2")).id
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n0", "n1", "n2", "n3"]
    spec = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).spec
    assert (spec.metadata.mode, spec.metadata.reference_execution) == (admin.ExecutionMetadata.RELAUNCH, source)


def test_a_recovery_goes_on_after_a_restart(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = recover(server, failed_chain(server, "n1"))
    server.until(lambda: server.nodes(execution).get("n1") == "RUNNING")
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n1", "n2", "n3"]


def test_what_was_recovered_can_be_recovered_again(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    server.executor.behaviour = fails_at("n3")
    second = recover(server, source)
    assert server.run_to_end(second) == FAILED
    server.executor.behaviour = adds_one
    third = recover(server, second, "e3")
    assert server.run_to_end(third) == SUCCEEDED
    assert ran(server, third) == ["n3"]


def test_a_succeeded_execution_recovers_whole(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = recover(server, failed_chain(server))
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == []
    assert outputs_of(server, execution) == {"o0": 5}


def test_a_node_whose_data_is_gone_runs_again(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    server.storage.delete("memory://bucket/metadata/propeller/flytesnacks-development-e1/n1/data/0/outputs.pb")
    execution = recover(server, source)
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n1", "n2", "n3"]


def test_a_checkpoint_of_the_failed_attempt_is_handed_on(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    execution = recover(server, source)
    server.until(lambda: executor.names == ["e2-n2-0"])
    [attempt] = executor.waiting
    assert attempt.previous_checkpoint.endswith("/e1-n2-0/_flytecheckpoints")
    assert server.run_to_end(execution) == SUCCEEDED


def test_what_is_inside_a_failed_sub_workflow_is_taken_over_too(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    inner = template_of("inner", [node("n0"), node("n1", "n0")])
    plan = server.register_graph("outer", [node("n0", sub="inner")], inner)
    server.executor.behaviour = fails_at("n0-0-n1")
    source = server.launch("e1", plan, n=1)
    assert server.run_to_end(source) == FAILED
    server.executor.behaviour = adds_one
    execution = recover(server, source)
    assert server.run_to_end(execution) == SUCCEEDED
    assert server.nodes(execution, "n0")["n0-0-n0"] == RECOVERED


def test_a_child_recovers_from_the_child_of_the_past(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    server.register_graph("child", [node("n0"), node("n1", "n0")])
    plan = server.register_graph("parent", [node("n0", plan="child")])
    server.executor.behaviour = fails_at("n1")
    source = server.launch("e1", plan, n=1)
    assert server.run_to_end(source) == FAILED
    [first] = server.children()
    server.executor.behaviour = adds_one
    execution = recover(server, source)
    assert server.run_to_end(execution) == SUCCEEDED
    request = admin.NodeExecutionGetRequest(id=core.NodeExecutionIdentifier(node_id="n0", execution_id=execution))
    second = server.call("GetNodeExecution", request).closure.workflow_node_metadata.executionId
    assert server.nodes(second) == {"start-node": SUCCEEDED, "n0": RECOVERED, "n1": SUCCEEDED, "end-node": SUCCEEDED}
    metadata = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=second)).spec.metadata
    assert (metadata.reference_execution, metadata.parent_node_execution.execution_id) == (first, execution)


# --- beyond stock


def test_new_inputs_run_what_they_change(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    execution = recover_with(server, source, chain_plan(), n=10)
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n0", "n1", "n2", "n3"]
    assert outputs_of(server, execution) == {"o0": 14}


def test_inputs_that_are_not_given_are_those_of_the_past(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    execution = recover_with(server, source, chain_plan(), n=None)
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n2", "n3"]


def test_new_inputs_leave_what_they_do_not_change(servers: Callable[[], Server]) -> None:
    """n1 gets the same number as before, though n0 ran on another."""
    server = servers()
    source = failed_chain(server, "n2")
    server.executor.behaviour = lambda attempt: adds_one(attempt) if attempt.node_id != "n0" else _always_two(attempt)
    execution = recover_with(server, source, chain_plan(), n=10)
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n0", "n2", "n3"]


def _always_two(attempt: Attempt) -> Outcome:
    outcome = adds_one(attempt)
    assert isinstance(outcome, Succeeded)
    return replace(outcome, outputs=literals(o0=integer(2)))


def register_version(
    server: Server, name: str, version: str, nodes: list[core.Node], *runs: admin.TaskCreateRequest
) -> core.Identifier:
    """A workflow under a version of its own, with tasks of that version."""
    for request in runs:
        server.call("CreateTask", request)
    template = template_of(name, nodes)
    template.id.version = version
    for each in template.nodes:
        each.task_node.reference_id.version = version
    spec = admin.WorkflowSpec(template=template)
    server.call("CreateWorkflow", admin.WorkflowCreateRequest(id=template.id, spec=spec))
    plan = launch_plan(name, version, workflow_name=name)
    server.call("CreateLaunchPlan", plan)
    return plan.id


def test_new_code_takes_over_what_fits(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    nodes = [node("n0"), node("n1", "n0"), node("n2", "n1"), node("n3", "n2")]
    execution = recover_with(server, source, register_version(server, "chain", "v2", nodes, task(version="v2")))
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n2", "n3"]


def test_a_node_that_runs_another_task_in_the_new_code_runs(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n2")
    nodes = [node("n0"), node("n1", "n0", runs="plus"), node("n2", "n1"), node("n3", "n2")]
    plan = register_version(server, "chain", "v2", nodes, task(version="v2"), task("plus", version="v2"))
    execution = recover_with(server, source, plan)
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n1", "n2", "n3"]


def test_a_named_node_and_what_depends_on_it_run_again(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    plan = server.register_graph("fork", [node("n0"), node("n1", "n0"), node("n2", "n0"), node("n3", "n1")])
    source = server.launch("e1", plan, n=1)
    assert server.run_to_end(source) == SUCCEEDED
    execution = recover_with(server, source, plan, from_node="n1")
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n1", "n3"]


def test_a_node_inside_a_sub_workflow_runs_again_and_what_depends_on_it_outside(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    inner = template_of("inner", [node("n0"), node("n1", "n0")])
    plan = server.register_graph(
        "outer", [node("n0"), node("n1", "n0", sub="inner"), node("n2", "n1"), node("n3", "n0")], inner
    )
    source = server.launch("e1", plan, n=1)
    assert server.run_to_end(source) == SUCCEEDED
    execution = recover_with(server, source, plan, from_node="n1-0-n1")
    assert server.run_to_end(execution) == SUCCEEDED
    assert ran(server, execution) == ["n1", "n2"]
    inside = server.nodes(execution, "n1")
    assert (inside["n1-0-n0"], inside["n1-0-n1"]) == (RECOVERED, SUCCEEDED)


def test_an_unknown_node_is_refused_with_those_there_are(servers: Callable[[], Server]) -> None:
    server = servers()
    source = failed_chain(server, "n1")
    with pytest.raises(InvalidArgument, match=r"no node \[n9\] began in execution \[e1\]; there are \[n0, n1\]"):
        recover_with(server, source, chain_plan(), from_node="n9")


def test_a_recovery_of_nothing_is_refused(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    missing = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name="missing")
    with pytest.raises(NotFound):
        recover(server, missing)
    with pytest.raises(NotFound):
        recover_with(server, missing, identifier("LAUNCH_PLAN", "wf"))

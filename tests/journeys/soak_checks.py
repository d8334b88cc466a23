"""What must hold of all nodes, attempts, children and processes when a load has ended."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from crash_world import World, begun_attempts

from glidepath.executors.processes.warm import records
from glidepath.idl import admin, core, event
from glidepath.idl.ids import generated_name
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_TASK_PHASES, TERMINAL_WORKFLOW_PHASES

TASK_PHASE = core.TaskExecution
EAGER_CHILDREN = 10
"""What ``eager_wf`` calls."""
ITEMS = 4
"""Of the map in ``children_wf``."""
RECOVERY = "again"
"""What the name of a recovered execution has behind that of its source."""
_INTERRUPTED = "Interrupted"


@dataclass
class Killed:
    """What was killed beside servers: names of attempts, and the pids of warm parents with all that they had forked."""

    attempts: set[str] = field(default_factory=set)
    parents: set[int] = field(default_factory=set)

    @property
    def nodes(self) -> set[str]:
        """The nodes of these attempts."""
        return {node_of(name) for name in self.attempts}

    def names(self, world: World) -> set[str]:
        """Every attempt whose process was killed, or may have been."""
        forked = {name for name, record in begun_attempts(world.data).items() if record["parent"] in self.parents}
        return self.attempts | forked


def node_of(attempt: str) -> str:
    """The name of an attempt without its number."""
    return attempt.rpartition("-")[0]


class Line(NamedTuple):
    """One line of the ledger."""

    what: str
    attempt: str
    work: str


class Tried(NamedTuple):
    """One attempt, as the server tells of it."""

    name: str
    task: str
    phase: TASK_PHASE.Phase
    code: str = ""


def ledger(world: World) -> list[Line]:
    return [Line(*line.split()) for line in world.ledger.read_text().splitlines()]


def tried(world: World) -> Iterator[list[Tried]]:
    """The attempts of each node and of each item of an array, the first one first."""
    for execution, node, attempts in world.nodes():
        for attempt in attempts:
            yield from _items(attempt)
        if not any(attempt.closure.metadata.external_resources for attempt in attempts):
            yield [_attempt(execution, node, attempt) for attempt in attempts]


def _attempt(execution: str, node: admin.NodeExecution, attempt: admin.TaskExecution) -> Tried:
    name = generated_name(execution, node.id.node_id, attempt.id.retry_attempt)
    return Tried(name, attempt.id.task_id.name, attempt.closure.phase, attempt.closure.error.code)


def _items(array: admin.TaskExecution) -> Iterator[list[Tried]]:
    """The attempts of items; where these are executions there are none, and the array is of no task of ours."""
    if not array.id.task_id.name.startswith("soak."):
        return
    items: dict[int, list[event.ExternalResourceInfo]] = {}
    for resource in array.closure.metadata.external_resources:
        items.setdefault(resource.index, []).append(resource)
    for resources in items.values():
        ordered = sorted(resources, key=lambda resource: resource.retry_attempt)
        yield [Tried(each.external_id, array.id.task_id.name, each.phase) for each in ordered]


def assert_everything_ended(world: World) -> None:
    """Executions, children included; their nodes; their attempts."""
    open_executions = {
        name: PHASE_NAME(found.closure.phase)
        for name, found in world.executions().items()
        if found.closure.phase not in TERMINAL_WORKFLOW_PHASES
    }
    assert open_executions == {}
    for execution, node, attempts in world.nodes():
        where = f"{execution}-{node.id.node_id}"
        assert node.closure.phase in TERMINAL_NODE_PHASES, f"{where} is {core.NodeExecution.Phase.Name(node.closure.phase)}"
        for attempt in attempts:
            assert attempt.closure.phase in TERMINAL_TASK_PHASES, f"attempt {attempt.id.retry_attempt} of {where} has not ended"


PHASE_NAME = core.WorkflowExecution.Phase.Name


def assert_nothing_ran_again(world: World, killed: Killed) -> None:
    """No attempt ran twice, none followed on one that had succeeded, and none was interrupted that nobody killed."""
    began = Counter(line.attempt for line in ledger(world) if line.what == "begin")
    assert {name: count for name, count in began.items() if count > 1} == {}
    explained = killed.names(world)
    for attempts in tried(world):
        phases = [attempt.phase for attempt in attempts]
        assert TASK_PHASE.SUCCEEDED not in phases[:-1], f"{attempts[-1].name} ran after {attempts[0].name} had succeeded"
        for number, attempt in enumerate(attempts):
            kills_itself = attempt.task == "soak.flaky" and number >= 1
            if attempt.code == _INTERRUPTED and not kills_itself and not (killed.parents and attempt.name not in began):
                assert attempt.name in explained, f"{attempt.name} was interrupted, and nobody killed it"


def assert_no_attempt_is_lost(world: World, killed: Killed) -> None:
    """The ledger and the server tell of the same attempts, and what was done has succeeded."""
    lines, explained = ledger(world), killed.names(world)
    known = {attempt.name: attempt for attempts in tried(world) for attempt in attempts}
    assert {line.attempt for line in lines} - set(known) == set()
    done = {line.attempt for line in lines if line.what == "done"}
    succeeded = {name for name, attempt in known.items() if attempt.phase == TASK_PHASE.SUCCEEDED}
    aborted = {name for name, attempt in known.items() if attempt.phase == TASK_PHASE.ABORTED}  # it was done all the same
    assert {known[name] for name in done - succeeded - aborted - explained} == set()
    recovered = {node_of(name).replace(RECOVERY, "", 1) for name in succeeded - done}
    assert recovered - {node_of(name) for name in done} == set()


def assert_done_once(world: World, killed: Killed) -> None:
    """Named work is done once, whatever attempts and executions there were for it."""
    explained = killed.names(world)
    done = Counter(line.work for line in ledger(world) if line.what == "done" and line.attempt not in explained)
    assert {work: count for work, count in done.items() if work != "-" and count > 1} == {}


def assert_children_are_as_many_as_called(world: World) -> None:
    """A node has one child, an item too; an eager function one for each call, also when its attempts were killed."""
    called: Counter[tuple[str, str]] = Counter()
    workflows = {}
    for name, found in world.executions().items():
        workflows[name] = found.spec.launch_plan.name.rpartition(".")[2]
        parent = found.spec.metadata.parent_node_execution
        if parent.node_id:
            called[parent.execution_id.name, parent.node_id] += 1
    whole = {name for name, (workflow, _) in world.launched.items() if workflow == "eager_wf"}
    eager = {name: count for (name, _), count in called.items() if name in whole}
    assert eager == dict.fromkeys(whole, EAGER_CHILDREN)
    assert sorted(count for (name, _), count in called.items() if workflows[name] == "children_wf") == [
        ITEMS for workflow in workflows.values() if workflow == "children_wf"
    ]
    single = {f"{name} {node}": count for (name, node), count in called.items() if "eager" not in workflows[name]}
    more = {node: count for node, count in single.items() if count > 1 and workflows[node.split()[0]] != "children_wf"}
    assert more == {}


def assert_no_reservation_is_left(world: World) -> None:
    """Nobody computes any more, so nobody holds the right to."""
    with contextlib.closing(sqlite3.connect(world.data / "glidepath.db")) as database:
        assert database.execute("SELECT * FROM reservations").fetchall() == []


def servants_of(world: World) -> dict[int, str]:
    """Every program that servers of a world have started, as they have its environment: pid and command."""
    home, found = f"HOME={world.shell.environment['HOME']}", {}
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if home in (process / "environ").read_text(errors="replace").split("\0"):
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
    return found


def processes_of(data: Path) -> dict[int, str]:
    """Every process that attempts of a folder are or have started: pid and command."""
    found = {
        record["pid"]: name for name, record in begun_attempts(data).items() if records.lives(record["pid"], record["start"])
    }
    work = f"{data}/processes/attempts/"
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if str((process / "cwd").readlink()).startswith(work):
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
    return found

"""Run by stock flytekit's Python: what FlyteRemote sees of a control plane, as one JSON file of facts.

    python client.py <output file> <version>...

The package ``interop``, registered before under each version, is importable; the environment names the endpoint, nothing else.
Files are left in the working directory. The output file maps version → fact → value, or ``{"raised": …, "text": …}`` where
stock raised.
"""

import json
import sys
import time
import warnings
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import flytekit
import pandas as pd
from flytekit.configuration import Config
from flytekit.models.core.execution import WorkflowExecutionPhase as Phase
from flytekit.remote import FlyteRemote
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from interop.values import Colour, Inner, Record

warnings.simplefilter("ignore")
MOMENT = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=timezone.utc)
POLL = timedelta(milliseconds=200)
LONGEST = timedelta(minutes=3)
LAUNCHES = {
    "plain": ("workflow", "interop.values.plain_wf", {"moment": MOMENT, "number": 41}),
    "twice": ("workflow", "interop.graphs.twice_wf", {"a": 1}),
    "plans": ("workflow", "interop.graphs.plans_wf", {"a": 7}),
    "paths": ("workflow", "interop.graphs.paths_wf", {"n": 3}),
    "stubborn": ("workflow", "interop.graphs.stubborn_wf", {"succeed_at": 2}),
    "exhausted": ("workflow", "interop.graphs.stubborn_wf", {"succeed_at": 9}),
    "broken": ("workflow", "interop.graphs.broken_wf", {"text": "this"}),
    "patient": ("workflow", "interop.graphs.patient_wf", {}),
    "slow": ("workflow", "interop.graphs.slow_wf", {}),
    "overrides": ("workflow", "interop.graphs.overrides_wf", {}),
    "who": ("task", "interop.values.who", {}),
    "task": ("task", "interop.graphs.add", {"a": 4, "b": 5}),
    "where": ("task", "interop.graphs.where", {}),
    "doubled": ("launch_plan", "interop.doubled", {}),
    "fixed": ("launch_plan", "interop.fixed", {"a": 1}),
}


def connect() -> FlyteRemote:
    """A remote that looks often: stock looks every 30 s, also in ``execute(wait=True)``, which takes no interval."""
    remote = FlyteRemote(Config.auto(), default_project="flytesnacks", default_domain="development")
    remote.wait = partial(remote.wait, timeout=LONGEST, poll_interval=POLL)
    return remote


class Client:
    def __init__(self, remote: FlyteRemote, version: str) -> None:
        self.remote = remote
        self.version = version
        self.running: dict = {}
        self.facts: dict = {}

    def fact(self, name, look) -> None:
        """Keep what ``look`` returns, or how it failed: one bad answer hides no other."""
        try:
            self.facts[name] = look()
        except Exception as error:
            self.facts[name] = {"raised": type(error).__name__, "text": str(error)}

    def entity(self, kind: str, name: str):
        return getattr(self.remote, f"fetch_{kind}")(name=name, version=self.version)

    def launch_all(self) -> None:
        for key, (kind, name, inputs) in LAUNCHES.items():
            self.running[key] = self.remote.execute(self.entity(kind, name), inputs=inputs)
        self.running["values"] = self.launch_values()

    def launch_values(self):
        Path("poem.txt").write_text("one\ntwo\n")
        Path("folder/deep").mkdir(parents=True, exist_ok=True)
        Path("folder/a.txt").write_text("a")
        Path("folder/deep/b.txt").write_text("b")
        inputs = {
            "frame": pd.DataFrame({"a": [1, 2, 3]}),
            "file": FlyteFile("poem.txt"),
            "folder": FlyteDirectory("folder"),
            "record": Record(Inner(1, ["client"]), 2.5),
            "moment": MOMENT,
            "colour": Colour.RED,
            "maybe": 5,
            "either": "text",
        }
        hints = {name: type(value) for name, value in inputs.items()}
        return self.remote.execute(self.entity("workflow", "interop.values.values_wf"), inputs=inputs, type_hints=hints)

    def wait_for_all(self) -> None:
        for key, execution in self.running.items():
            if key != "slow":
                self.running[key] = self.remote.wait(execution)

    def look(self) -> None:
        for key in LAUNCHES:
            if key != "slow":
                self.fact(f"{key}.phase", lambda key=key: Phase.enum_to_string(self.running[key].closure.phase))
        for key in ("plain", "twice", "plans", "paths", "stubborn", "overrides", "who", "task", "where", "doubled", "fixed"):
            self.fact(key, lambda key=key: plain(self.running[key].outputs))
        for key in ("broken", "exhausted", "patient"):
            self.fact(key, lambda key=key: [self.running[key].error.code, self.running[key].error.message])
        self.fact("values", self.values)
        self.fact("nodes", self.nodes)
        self.fact("attempts", self.attempts)
        self.fact("flyte urls", self.urls)
        self.fact("data", self.data)
        self.fact("recent", self.recent)
        self.fact("entities", self.entities)
        self.fact("again", self.again)
        self.fact("console", lambda: self.running["plain"].execution_url)
        self.fact("fetch of nothing", lambda: self.remote.fetch_workflow(name="interop.nothing", version=self.version).id.name)
        self.fact("bad input", lambda: self.remote.execute(self.entity("workflow", "interop.graphs.add_wf"), inputs={}).id.name)

    def values(self) -> dict:
        outputs = self.running["values"].outputs
        frame = outputs.get("frame", as_type=pd.DataFrame)
        folder = Path(outputs.get("folder", as_type=FlyteDirectory).download())
        return {
            "number": outputs["number"],
            "moment": outputs["moment"].isoformat(),
            "colour": outputs.get("colour", as_type=Colour).name,
            "maybe": outputs["maybe"],
            "either": outputs["either"],
            "items": outputs["items"],
            "record": repr(outputs.get("record", as_type=Record)),
            "names": outputs["names"],
            "frame": frame.to_dict("list"),
            "file": Path(outputs.get("file", as_type=FlyteFile).download()).read_text(),
            "folder": {path.name: path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()},
        }

    def nodes(self) -> dict:
        synced = self.remote.sync(self.running["twice"], sync_nodes=True)
        outer = synced.node_executions["n1"]
        inner = outer.workflow_executions or outer.subworkflow_node_executions
        found = {name: [plain(node.inputs), plain(node.outputs)] for name, node in inner.items()}
        return {"top": sorted(synced.node_executions), "n1": [plain(outer.inputs), plain(outer.outputs)], "inside": found}

    def attempts(self) -> list:
        synced = self.remote.sync(self.running["stubborn"], sync_nodes=True)
        tasks = synced.node_executions["n0"].task_executions
        return [[task.id.retry_attempt, task.closure.phase, [bool(log.uri) for log in task.closure.logs]] for task in tasks]

    def urls(self) -> dict:
        base = f"flyte://v1/flytesnacks/development/{self.running['twice'].id.name}"
        return {
            "inputs": {name: self.remote.get(f"{base}/n0/i").get(name, as_type=int) for name in ("a", "b")},
            "outputs": self.remote.get(f"{base}/n1/o").get("o0", as_type=int),
            "of an attempt": self.remote.get(f"{base}/n1-0-n0/0/o").get("o0", as_type=int),
            "one output": self.remote.get(f"{base}/n1/o/o0").scalar.primitive.integer,
        }

    def data(self) -> list:
        answer = self.remote.client.get_execution_data(self.running["plain"].id)
        return [sorted(answer.full_inputs.literals), sorted(answer.full_outputs.literals)]

    def recent(self) -> list:
        names = {execution.id.name for execution in self.remote.recent_executions(limit=100)}
        return sorted(key for key, execution in self.running.items() if execution.id.name in names)

    def entities(self) -> dict:
        remote = self.remote
        return {
            "plan": remote.fetch_launch_plan(name="interop.fixed", version=self.version).workflow_id.name,
            "tasks of version": len(remote.list_tasks_by_version(self.version, limit=100)),
            "nodes": [node.id for node in remote.fetch_workflow(name="interop.graphs.plans_wf").nodes],
            "projects": [project.id for project in remote.list_projects()],
            "domains": [domain.id for domain in remote.get_domains()],
        }

    def again(self) -> list:
        """``execute(wait=True)`` of a local entity, whose version is there already."""
        from interop.graphs import add_wf

        done = self.remote.execute(add_wf, inputs={"a": 2}, version=self.version, wait=True, execution_name_prefix="again")
        return [done.outputs["o0"], done.id.name[:6]]

    def terminate(self) -> None:
        slow = self.running["slow"]
        deadline = time.monotonic() + 60
        while Phase.enum_to_string(self.remote.sync(slow).closure.phase) != "RUNNING" and time.monotonic() < deadline:
            time.sleep(0.1)
        self.remote.terminate(slow, "the test wants it")
        ended = self.remote.wait(slow)
        self.fact("slow", lambda: [Phase.enum_to_string(ended.closure.phase), ended.closure.abort_metadata.cause])


def plain(found):
    """Outputs as JSON can hold them."""
    if hasattr(found, "literals"):
        return {name: plain(found[name]) if hasattr(found, "get") else str(found.literals[name]) for name in found.literals}
    return found if isinstance(found, (int, float, bool, str, list, dict, type(None))) else str(found)


def latest(remote: FlyteRemote) -> dict:
    """What names without a version mean."""
    return {
        "sdk": str(flytekit.__file__),
        "task": remote.fetch_task(name="interop.graphs.add").id.version,
        "workflow": remote.fetch_workflow(name="interop.graphs.add_wf").id.version,
        "active plan": remote.fetch_active_launchplan(name="interop.fixed").id.version,
    }


def main(output: str, *versions: str) -> None:
    remote = connect()
    clients = [Client(remote, version) for version in versions]
    for client in clients:
        client.launch_all()
    for client in clients:
        client.wait_for_all()
        client.look()
        client.fact("termination", client.terminate)
        client.facts["executions"] = {key: execution.id.name for key, execution in client.running.items()}
    facts = {"latest": latest(remote), **{client.version: client.facts for client in clients}}
    Path(output).write_text(json.dumps(facts, indent=1, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])

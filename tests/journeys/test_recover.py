"""A run fails, its code is mended, and what had succeeded is not run again: through the commands, ours and stock's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from journey_world import STOCK_IMAGES, Server, Shell

from glidepath import FlyteRemote
from glidepath.remote import FlyteWorkflowExecution

pytestmark = pytest.mark.slow
SOURCE = Path(__file__).parent / "sources" / "again" / "training.py"
SCOPE = ("-p", "flytesnacks", "-d", "development")
RECOVERED, SUCCEEDED = "RECOVERED", "SUCCEEDED"


@pytest.fixture
def remote(embedded_server: Server):
    with FlyteRemote.for_endpoint(embedded_server.endpoint, insecure=True) as handle:
        yield handle


class Training:
    """The workflow in a file of its own, run on the control plane."""

    def __init__(self, shell: Shell, prefix: str, package: str = "glidepath") -> None:
        self._shell, self._prefix, self._package = shell, prefix, package
        (shell.folder / "code").mkdir()
        self.file = shell.folder / "code" / f"{prefix}.py"
        self.write(mended=False)

    def write(self, *, mended: bool) -> None:
        text = SOURCE.read_text().replace("PACKAGE", self._package)
        self.file.write_text(text.replace("mended = False", "mended = True") if mended else text)

    def run(self, number: int, *options: str, inputs: tuple[str, ...] = ()) -> str:
        """Run it, wait for the end, and return the execution's name."""
        name = f"{self._prefix}-{number}"
        arguments = ("run", "--remote", "--wait", "--name", name, *options, str(self.file), "training_wf", *inputs)
        self._shell.run("pyflyte", *arguments)
        return name

    def mended_run(self) -> str:
        """The first run, which fails; the bug is mended then."""
        name = self.run(1)
        self.write(mended=True)
        return name


@pytest.fixture
def training(connected: Shell, request: pytest.FixtureRequest) -> Training:
    return Training(connected, f"t{crc32(request.node.name.encode()):08x}")


def ended(remote: FlyteRemote, name: str) -> FlyteWorkflowExecution:
    return remote.fetch_execution(name=name).wait(timeout=60)


def phases(execution: FlyteWorkflowExecution) -> dict[str, str]:
    return {name: node.phase for name, node in execution.node_executions.items() if name in {"n0", "n1", "n2"}}


def test_new_code_goes_on_where_the_old_failed(training: Training, remote: FlyteRemote) -> None:
    first = training.mended_run()
    second = ended(remote, training.run(2, "--recover", first))
    assert ended(remote, first).phase == "FAILED"
    assert second.outputs["o0"] == "score 2.0"
    assert phases(second) == {"n0": RECOVERED, "n1": SUCCEEDED, "n2": SUCCEEDED}


def test_a_new_input_runs_what_depends_on_it(training: Training, remote: FlyteRemote) -> None:
    second = training.run(2, "--recover", training.mended_run())
    third = ended(remote, training.run(3, "--recover", second, inputs=("--rate", "2.0")))
    assert third.outputs["o0"] == "score 8.0"
    assert phases(third) == {"n0": RECOVERED, "n1": SUCCEEDED, "n2": SUCCEEDED}


def test_a_named_node_runs_again_with_what_depends_on_it(training: Training, remote: FlyteRemote, connected: Shell) -> None:
    training.write(mended=True)
    first = training.run(1)
    connected.ok("pyflyte", "execution", *SCOPE, "--execution-id", first, "recover", "--from-node", "n1", "--name", f"{first}b")
    assert phases(ended(remote, f"{first}b")) == {"n0": RECOVERED, "n1": SUCCEEDED, "n2": SUCCEEDED}
    connected.ok(
        "flytectl", "create", "execution", f"{first}c", "--recover", first, "--fromNode", "n2", *SCOPE, *endpoint(remote)
    )
    assert phases(ended(remote, f"{first}c")) == {"n0": RECOVERED, "n1": RECOVERED, "n2": SUCCEEDED}


def endpoint(remote: FlyteRemote) -> tuple[str, ...]:
    return ("--admin.endpoint", remote.config.endpoint, "--admin.insecure")


def test_a_plain_recovery_of_a_success_runs_nothing(training: Training, remote: FlyteRemote, connected: Shell) -> None:
    training.write(mended=True)
    first = training.run(1)
    connected.ok("pyflyte", "execution", *SCOPE, "--execution-id", first, "recover", "--name", f"{first}b")
    again = ended(remote, f"{first}b")
    assert phases(again) == {"n0": RECOVERED, "n1": RECOVERED, "n2": RECOVERED}
    assert again.outputs["o0"] == "score 2.0"


def test_stock_recovers_and_relaunches(stock_pyflyte: Path, connected: Shell, remote: FlyteRemote) -> None:
    """Stock flytekit wrote, registered and runs it; its client asks for the recovery."""
    stock = replace(connected, commands=stock_pyflyte)
    training = Training(stock, "stock-training", "flytekit")
    first = training.run(1)
    stock.ok("pyflyte", "execution", *SCOPE, "--execution-id", first, "recover")
    stock.ok("pyflyte", "execution", *SCOPE, "--execution-id", first, "relaunch")
    found = [
        remote.fetch_execution(name=each.id.name).wait(timeout=60)
        for each in remote.client.executions("flytesnacks", "development")
        if each.spec.metadata.reference_execution.name == first
    ]
    assert sorted(phases(each)["n0"] for each in found) == [RECOVERED, SUCCEEDED]
    assert STOCK_IMAGES.partition("*")[0] in remote.fetch_task(name="stock-training.train").template.container.image

"""``examples/recover.py`` on the server: what succeeded is taken over, what failed runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from journey_world import EXAMPLES

pytestmark = pytest.mark.slow


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch):
    """The file that the example's last step waits for, not there at first and gone at the end."""
    path = Path("/tmp/glidepath-example-ready")
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_a_recovered_execution_runs_only_what_had_failed(connected, remote, ready):
    failed = connected.run("pyflyte", "run", "--remote", "--wait", str(EXAMPLES / "recover.py"), "import_wf", "--pages", "3")
    assert failed.returncode == 255
    name = re.search(r"/executions/(\S+) to see", failed.stdout).group(1)
    ready.touch()
    said = connected.ok("pyflyte", "execution", "--execution-id", name, "recover")
    again = remote.fetch_execution(
        name=re.search(r"\b(f[a-z0-9]{19}|a[a-z0-9]{19})\b(?!.*\b[af][a-z0-9]{19}\b)", said, re.S).group(1)
    )
    again.wait(timeout=60)
    assert again.outputs["o0"] == 8
    phases = {node: execution.phase for node, execution in remote.sync(again, sync_nodes=True).node_executions.items()}
    assert {node: phases[node] for node in ("n0", "n1", "n2")} == {"n0": "RECOVERED", "n1": "RECOVERED", "n2": "SUCCEEDED"}

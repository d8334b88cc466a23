"""What one attempt costs on the executor ``processes``: from ``submit`` to its last report, no engine and no store.

    python -m benchmarks.attempts [--python /path/to/python]

With ``--python`` the attempts run in that environment instead (one that holds stock flytekit, say).
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

from glidepath.executors.processes import ProcessConfig, ProcessExecutor
from glidepath.executors.protocol import Attempt, Report, Succeeded
from glidepath.idl import core, phases
from glidepath.storage import open_storage

SOURCE = "from {sdk} import task\n\n@task\ndef nothing() -> int:\n    return 1\n"
RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"


class Bench:
    """An executor, a bundle, and the times of attempts."""

    def __init__(self, root: Path, python: str) -> None:
        self._root = root
        self._ended: dict[str, tuple[float, Report]] = {}
        self._changed = threading.Condition()
        self._archive = _archive(root, "glidepath" if python == sys.executable else "flytekit")
        config = ProcessConfig(root=root / "processes", images={"*": python}, default_memory_bytes=1 << 20)
        self.executor = ProcessExecutor(config, open_storage())
        self.executor.start(self._listen)

    def chain(self, name: str, count: int) -> list[float]:
        """Attempts one after another: milliseconds of each."""
        times = []
        for number in range(count):
            attempt = self._attempt(f"{name}{number}")
            begun = time.perf_counter()
            self.executor.submit(attempt)
            times.append((self._wait(attempt.name) - begun) * 1000)
        return times

    def beside(self, name: str, count: int) -> float:
        """Attempts all at once: how many end in a second."""
        attempts = [self._attempt(f"{name}{number}") for number in range(count)]
        begun = time.perf_counter()
        for attempt in attempts:
            self.executor.submit(attempt)
        return count / (max(self._wait(attempt.name) for attempt in attempts) - begun)

    def _listen(self, report: Report) -> None:
        if report.phase in phases.TERMINAL_TASK_PHASES:
            with self._changed:
                self._ended[report.name] = (time.perf_counter(), report)
                self._changed.notify_all()

    def _wait(self, name: str) -> float:
        with self._changed:
            self._changed.wait_for(lambda: name in self._ended, 60)
            at, report = self._ended[name]
        if not isinstance(report.outcome, Succeeded):
            raise SystemExit(f"{name} did not succeed: {report.reason}")
        return at

    def _attempt(self, name: str) -> Attempt:
        folder = self._root / "data" / name
        folder.mkdir(parents=True)
        (folder / "inputs.pb").write_bytes(b"")
        execute = ["pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"]
        execute += ["--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--resolver", RESOLVER]
        fast = ["pyflyte-fast-execute", "--additional-distribution", self._archive, "--dest-dir", "."]
        args = [*fast, "--", *execute, "--", "task-module", "nothing", "task-name", "nothing"]
        task = core.TaskTemplate(type="python-task", container=core.Container(image="img", args=args))
        task.interface.outputs.variables["o0"].type.simple = core.SimpleType.INTEGER
        execution = core.WorkflowExecutionIdentifier(project="p", domain="d", name="bench")
        return Attempt(
            name=name,
            execution=execution,
            node_id=name,
            retry_attempt=0,
            task=task,
            inputs=core.LiteralMap(),
            input_uri=f"{folder}/inputs.pb",
            output_prefix=f"{folder}/0",
            raw_output_prefix=f"{folder}/raw",
            checkpoint_prefix=f"{folder}/raw/_flytecheckpoints",
            workflow=core.Identifier(name="wf"),
        )


def _archive(root: Path, sdk: str) -> str:
    source = SOURCE.format(sdk=sdk).encode()
    path = root / "code.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("nothing.py")
        info.size = len(source)
        tar.addfile(info, io.BytesIO(source))
    return str(path)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument(
        "--json", action="store_true", help="milliseconds of the first and of a chained attempt; attempts a second"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        bench = Bench(Path(root), options.python)
        first = bench.chain("first", 1)[0]
        bench.chain("warm", 20)
        time.sleep(3)  # the parent that has the bundle loaded takes over
        times = sorted(bench.chain("chain", 300))
        rate = statistics.median(bench.beside(f"beside{number}-", 300) for number in range(3))
        bench.executor.close()
    if options.json:
        print(json.dumps({"first": first, "chain": statistics.median(times), "rate": rate}))
        return
    print(f"first attempt           {first:8.1f} ms")
    print(f"chain, median           {statistics.median(times):8.1f} ms   (95 %: {times[int(len(times) * 0.95)]:.1f} ms)")
    print(f"side by side, median    {rate:8.0f} /s")


if __name__ == "__main__":
    main()

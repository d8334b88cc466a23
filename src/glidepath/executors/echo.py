"""The executor of ``echo`` tasks: an attempt's input is its output, and no process runs (reference: engine.md, 2.8)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from glidepath.errors import FlyteException, FlyteValidationException
from glidepath.executors.protocol import Attempt, Listener, Outcome, Report, Succeeded
from glidepath.executors.verdict import failure, final_report
from glidepath.idl import core, paths
from glidepath.storage.protocol import Storage

TASK_TYPE = "echo"
_THREADS = 2
_ORDER = "echo_inputs"
"""The key of a template's config with the names of several inputs in order, joined with commas; the SDK writes it."""


class EchoExecutor:
    """Copies inputs to outputs on threads of its own; see :class:`~glidepath.executors.protocol.Executor`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._listener: Listener | None = None
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="glidepath-echo")
        self._lock = threading.Lock()
        self._waiting: set[str] = set()

    @property
    def task_types(self) -> frozenset[str] | None:
        """``echo`` only."""
        return frozenset({TASK_TYPE})

    def start(self, listener: Listener) -> None:
        """Begin to take attempts."""
        self._listener = listener

    def submit(self, attempt: Attempt) -> None:
        """Echo an attempt's input, soon."""
        with self._lock:
            if attempt.name in self._waiting:
                return
            self._waiting.add(attempt.name)
        self._pool.submit(self._echo, attempt)

    def abort(self, name: str, reason: str) -> None:
        """Leave an attempt be; one that was echoed already stays so."""
        with self._lock:
            known = name in self._waiting
            self._waiting.discard(name)
        if known:
            self._report(Report(name, core.TaskExecution.ABORTED, datetime.now(tz=timezone.utc), reason))

    def adopt(self, attempts: Sequence[Attempt]) -> None:
        """Echo again: it gives the same."""
        for attempt in attempts:
            self.submit(attempt)

    def sweep(self) -> None:
        """Nothing of this executor outlives its server."""

    def close(self) -> None:
        """Report nothing more."""
        self._listener = None
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _echo(self, attempt: Attempt) -> None:
        outcome = self._outcome(attempt)
        with self._lock:
            if attempt.name not in self._waiting:
                return
            self._waiting.discard(attempt.name)
        self._report(final_report(attempt.name, outcome, datetime.now(tz=timezone.utc)))

    def _outcome(self, attempt: Attempt) -> Outcome:
        try:
            outputs = echoed(attempt)
            uri = paths.join(attempt.output_prefix, paths.OUTPUTS)
            self._storage.put(uri, outputs.SerializeToString(deterministic=True))
            return Succeeded(outputs, uri)
        except FlyteValidationException as error:
            return failure("BadTaskSpecification", str(error), core.ExecutionError.USER, recoverable=False)
        except (FlyteException, OSError) as error:
            return failure("OutputsUnwritable", str(error), core.ExecutionError.SYSTEM, recoverable=True)

    def _report(self, report: Report) -> None:
        listener = self._listener
        if listener is not None:
            listener(report)


def echoed(attempt: Attempt) -> core.LiteralMap:
    """The outputs of an echo. Raises FlyteValidationException where it is not certain which output is which input."""
    values, variables = attempt.inputs.literals, attempt.task.interface.outputs.variables
    outputs = list(variables) if len(variables) < 2 else [f"o{index}" for index in range(len(variables))]
    order = _order(attempt.task)
    if order is None or variables.keys() != set(outputs) or len(order) != len(outputs) or values.keys() != set(order):
        raise FlyteValidationException(
            f"an echo task gives back its inputs ({_listed(values)}) as its outputs ({_listed(variables)}), "
            "and its template does not tell which is which",
            where=f"task {attempt.task.id.name}",
            hint=f"register it with Glidepath, which writes the order into config[{_ORDER!r}], or use one echo for each value",
        )
    return core.LiteralMap(literals={output: values[name] for output, name in zip(outputs, order, strict=True)})


def _order(task: core.TaskTemplate) -> list[str] | None:
    """The inputs in the order of the outputs ``o0``, ``o1``, …; ``None`` when the template does not tell it.

    The maps of an interface have no order. In templates of stock's SDK only the types can tell, where no two are equal.
    """
    inputs, outputs = task.interface.inputs.variables, task.interface.outputs.variables
    if _ORDER in task.config:
        return task.config[_ORDER].split(",")
    if len(inputs) < 2:
        return list(inputs)
    order = []
    for output in sorted(outputs):
        fitting = [name for name, variable in inputs.items() if variable.type == outputs[output].type]
        if len(fitting) != 1:
            return None
        order += fitting
    return order


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"

"""What people do while the server comes and goes: they launch, answer gates, abort and recover, until each was heard."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from crash_world import World, execution_id
from grpc import RpcError
from soak_checks import RECOVERY

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import (
    FlyteEntityAlreadyExistsException,
    FlyteInvalidInputException,
    FlyteSystemUnavailableException,
    FlyteTimeout,
)
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

_AWAY = (RpcError, FlyteSystemUnavailableException, FlyteTimeout)
_LAUNCHED_BY, _ABORTED_FROM, _RECOVERED_FROM = 0.9, 0.3, 0.7
"""Parts of all kills: when the last execution is launched, and from when on some are aborted or recovered."""
_PAUSE = 0.05
_ABANDONED_AT_A_LOOK = 0.03
_BY_HOW_MUCH = 7
ABANDONED = "abandoned"
"""What stands behind the workflow of an execution that is aborted at a random moment."""


class Users:
    """One thread that does what is due; ``progress`` is the part of the kills that have been."""

    def __init__(self, world: World, load: Sequence[tuple[str, int]], chance: random.Random) -> None:
        self.progress = 0.0
        self._world = world
        self._load = list(load)
        self._chance = chance
        self._open: dict[str, str] = {}
        """Executions that somebody has to do something about, and their workflows."""
        self._failure: BaseException | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="users")

    def __enter__(self) -> Users:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        self._thread.join()

    def wait_until_done(self, seconds: float) -> None:
        """Wait until nothing is left to do. Raises what went wrong on the way."""
        end = time.monotonic() + seconds
        while (self._load or self._open) and self._failure is None:
            assert time.monotonic() < end, f"to be launched: {self._load}, to be answered, aborted or recovered: {self._open}"
            time.sleep(_PAUSE)
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        config = PlatformConfig(endpoint=f"localhost:{self._world.port}", insecure=True)
        try:
            with Client.connect(config) as client:
                while not self._stopping.wait(_PAUSE):
                    self._look_after(client)
        except BaseException as error:
            self._failure = error

    def _look_after(self, client: Client) -> None:
        with contextlib.suppress(*_AWAY):
            if self._load and self.progress >= _LAUNCHED_BY * len(self._world.launched) / self._all:
                self._launch(client, *self._load[0])
                del self._load[0]
        for name, workflow in list(self._open.items()):
            with contextlib.suppress(*_AWAY):
                if self._is_done(client, name, workflow):
                    del self._open[name]

    @property
    def _all(self) -> int:
        return len(self._load) + len(self._world.launched)

    def _launch(self, client: Client, workflow: str, x: int) -> None:
        request = self._world.request(workflow.partition(" ")[0], x)
        if workflow == "recovered_wf":
            request.inputs.literals["gate"].scalar.primitive.string_value = str(self._gate(request.name))
        with contextlib.suppress(FlyteEntityAlreadyExistsException):  # the answer to an earlier try was lost
            client.create_execution(request)
        self._world.launched[request.name] = (workflow, x)
        if workflow in ("waiting_wf", "aborted_wf", "aborted_eager_wf", "recovered_wf") or workflow.endswith(ABANDONED):
            self._open[request.name] = workflow

    def _is_done(self, client: Client, name: str, workflow: str) -> bool:
        if workflow == "waiting_wf":
            return self._answer(client, name)
        if workflow == "recovered_wf":
            return self.progress >= _RECOVERED_FROM and self._recover(client, name)
        if workflow.endswith(ABANDONED):
            return self._abandon(client, name)
        return self.progress >= _ABORTED_FROM and self._abort(client, name)

    def _answer(self, client: Client, name: str) -> bool:
        """Whether both gates have their values, as far as the server says."""
        signals = list(client.signals(execution_id(name)))
        for found in signals:
            if not found.HasField("value") and self._chance.random() < 0.5:
                client.set_signal(execution_id(name), found.id.signal_id, _value(found.id.signal_id))
        return sum(found.HasField("value") for found in signals) == 2

    def _abort(self, client: Client, name: str) -> bool:
        """Whether the server has said that it aborts an execution, which had begun to run."""
        if self._phase(client, name) == core.WorkflowExecution.RUNNING:
            with contextlib.suppress(FlyteInvalidInputException):  # it has ended since, or an answer was lost
                client.terminate(execution_id(name), "the user has seen enough")
                return True
        return self._phase(client, name) in (core.WorkflowExecution.ABORTING, core.WorkflowExecution.ABORTED)

    def _abandon(self, client: Client, name: str) -> bool:
        """Whether an execution that may be anywhere on its way is aborted, or ended before anybody said so."""
        if self._phase(client, name) == core.WorkflowExecution.SUCCEEDED:
            workflow, x = self._world.launched[name]
            self._world.launched[name] = (workflow.partition(" ")[0], x)
            return True
        return self._chance.random() < _ABANDONED_AT_A_LOOK and self._abort(client, name)

    def _recover(self, client: Client, name: str) -> bool:
        """Open the gate of an execution that has failed at it, and recover it."""
        if self._phase(client, name) not in TERMINAL_WORKFLOW_PHASES:
            return False
        self._gate(name).touch()
        with contextlib.suppress(FlyteEntityAlreadyExistsException):
            client.recover(execution_id(name), f"{name}{RECOVERY}")
        workflow, x = self._world.launched[name]
        self._world.launched[f"{name}{RECOVERY}"] = (f"{workflow} {RECOVERY}", x)
        return True

    def _gate(self, name: str) -> Path:
        return self._world.data.parent / f"gate-{name}"

    def _phase(self, client: Client, name: str) -> core.WorkflowExecution.Phase:
        return client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=execution_id(name))).closure.phase


def _value(signal_id: str) -> core.Literal:
    value = core.Literal()
    if signal_id == "go-on":
        value.scalar.primitive.boolean = True
    else:
        value.scalar.primitive.integer = _BY_HOW_MUCH
    return value

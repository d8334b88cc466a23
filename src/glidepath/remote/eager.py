"""Carries out the calls of an eager attempt: each is an execution on the control plane that started the attempt.

Names of executions follow from the calls, so an attempt that runs again finds what an earlier one launched. What succeeded is
never run again. What failed is found as failed too, unless the attempt before reported a failure itself: then its retry
tries again what had failed. What was cancelled runs again.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from glidepath.authoring.entity import Entity
from glidepath.authoring.references import ReferenceEntity
from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.clients import registration
from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import (
    EagerException,
    FlyteEntityAlreadyExistsException,
    FlyteEntityNotExistException,
    FlyteException,
    FlyteInvalidInputException,
    FlyteSystemUnavailableException,
    FlyteTimeout,
    FlyteTypeException,
)
from glidepath.idl import admin, core
from glidepath.remote.eager_attempt import ChildKey, EagerAttempt, child_name, child_spec, settled_inputs
from glidepath.remote.eager_page import Row, page_of
from glidepath.remote.waiting import delays
from glidepath.remote.watching import PATIENCE, Watcher
from glidepath.types import DataContext, current, to_literal, to_python

_LAUNCHES = 16
"""Requests at a time that launch, read and end executions."""
_CANCELLED = "the eager function cancelled it"

T = TypeVar("T")


@dataclass(eq=False)
class _Call:
    """One call of the body, on its way to its value."""

    entity: Entity[..., Any]
    target: core.Identifier
    inputs: core.LiteralMap
    key: ChildKey
    result: Future[Any] = field(default_factory=Future)
    execution: core.WorkflowExecutionIdentifier | None = None
    found: bool = False
    """An earlier attempt launched it."""
    ended: admin.Execution | None = None
    cancelled: bool = False


class RemoteController:
    """Launches executions for the body of an eager function, side by side, and waits for them without polling."""

    def __init__(self, attempt: EagerAttempt, client: Client, ctx: DataContext) -> None:
        self._attempt = attempt
        self._client = client
        self._ctx = ctx
        self._pool = ThreadPoolExecutor(_LAUNCHES, "eager")
        self._watcher = Watcher(client.raw)
        self._calls: list[_Call] = []
        self._positions: Counter[tuple[str, bytes]] = Counter()
        self._lock = threading.Lock()
        self._registering = threading.Lock()
        self._registered: set[str] = set()

    @classmethod
    @contextmanager
    def of_attempt(cls, task: Entity[..., Any], settings: SerializationSettings) -> Iterator[RemoteController]:
        """The controller of this process's attempt, for as long as the body runs."""
        attempt = EagerAttempt.of(os.environ, task.short_name, settings)
        with Client.connect(PlatformConfig.auto()) as client:
            controller = cls(attempt, client, current())
            try:
                yield controller
            finally:
                controller.close()

    def close(self) -> None:
        """End what still runs, for nobody waits for it any more."""
        for call in self._calls:
            if not call.result.done():
                self._cancel(call)
        self._watcher.close()
        self._pool.shutdown()

    def page(self) -> str:
        """A table of everything that was launched."""
        with self._lock:
            calls = list(self._calls)
        rows = [Row(call.target.name, call.execution, call.ended, call.found) for call in calls]
        return page_of(rows, self._client.config.console_url)

    def result(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Any:
        """Run an entity and wait."""
        call = self._begin(entity, values)
        try:
            return call.result.result()
        except BaseException:
            if not call.result.done():  # the waiting was interrupted
                self._cancel(call)
            raise

    async def awaited(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Any:
        """Run an entity beside others; cancelling ends its execution."""
        call = self._begin(entity, values)
        try:
            return await asyncio.wrap_future(call.result)
        except asyncio.CancelledError:
            self._cancel(call)
            raise

    # --- on the caller's thread

    def _begin(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> _Call:
        inputs = self._literals(entity, values)
        target = _target(entity, self._attempt.settings)
        settled = settled_inputs(inputs, self._ctx.raw_output_prefix.rstrip("/"))
        with self._lock:
            position = self._positions[entity.name, settled]
            self._positions[entity.name, settled] += 1
            call = _Call(entity, target, inputs, ChildKey(target, settled, position))
            self._calls.append(call)
        self._do(call, lambda: self._launch(call))
        return call

    def _literals(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> core.LiteralMap:
        interface, inputs = entity.interface, core.LiteralMap()
        for name, value in values.items():
            try:
                literal = to_literal(value, interface.inputs[name].python_type, interface.input_types[name], self._ctx)
            except FlyteException as error:
                raise FlyteTypeException(f"input {name!r} of {entity.name}: {error.message}", hint=error.hint) from error
            inputs.literals[name].CopyFrom(literal)
        return inputs

    def _cancel(self, call: _Call) -> None:
        call.cancelled = True
        if call.execution is not None:
            execution = call.execution
            self._pool.submit(self._terminate, execution)

    def _do(self, call: _Call, job: Callable[[], None]) -> None:
        """Do something for a call on a thread of the pool; what it raises is what the call raises."""

        def work() -> None:
            try:
                job()
            except Exception as error:  # noqa: BLE001  the edge of the thread: whoever waits gets it
                _settle(call, error=error)

        self._pool.submit(work)

    # --- on threads of the pool

    def _launch(self, call: _Call) -> None:
        """Create the execution of a call, or find the one of an earlier attempt; then watch it."""
        if call.cancelled:
            return
        name = child_name(self._attempt, call.key)
        scope = self._attempt.execution
        call.execution = core.WorkflowExecutionIdentifier(project=scope.project, domain=scope.domain, name=name)
        request = admin.ExecutionCreateRequest(
            project=scope.project,
            domain=scope.domain,
            name=name,
            spec=child_spec(self._attempt, call.target, self._parent_spec),
            inputs=call.inputs,
        )
        call.found = not self._create(call, request)
        if call.cancelled:
            self._terminate(call.execution)
            return
        self._watcher.watch(call.execution, lambda ended: self._do(call, lambda: self._conclude(call, ended)))

    def _create(self, call: _Call, request: admin.ExecutionCreateRequest) -> bool:
        """Whether it was launched now. What is not registered is, and then launched."""
        try:
            try:
                _patiently(lambda: self._client.raw.create_execution(request))
            except FlyteEntityNotExistException:
                if isinstance(call.entity, ReferenceEntity):
                    raise
                self._register(call.entity)
                _patiently(lambda: self._client.raw.create_execution(request))
        except FlyteEntityAlreadyExistsException:
            return False
        return True

    def _register(self, entity: Entity[..., Any]) -> None:
        """Register an entity and all that it uses, as the eager task itself was. Raises what the control plane refuses."""
        with self._registering:
            if entity.name in self._registered:
                return
            specs = specs_of([entity], self._attempt.settings)
            results = self._client.register_all([registration.Entity(spec.id, spec.message) for spec in specs])
            for result in results:
                if result.error is not None:
                    raise result.error
            self._registered.add(entity.name)

    @functools.cached_property
    def _parent_spec(self) -> admin.ExecutionSpec:
        request = admin.WorkflowExecutionGetRequest(id=self._attempt.execution)
        return _patiently(lambda: self._client.raw.get_execution(request)).spec

    def _conclude(self, call: _Call, ended: admin.Execution | FlyteException) -> None:
        """An execution has ended: its value, its error, or another try."""
        if isinstance(ended, FlyteException):
            raise ended
        call.ended = ended
        closure = ended.closure
        if closure.phase == core.WorkflowExecution.SUCCEEDED:
            _settle(call, value=self._value(call, closure))
        elif call.found and self._try_again(closure.phase):
            call.key = replace(call.key, generation=call.key.generation + 1)
            self._launch(call)
        else:
            raise _failure(call.entity.name, ended)

    def _value(self, call: _Call, closure: admin.ExecutionClosure) -> Any:
        interface = call.entity.interface
        if not interface.outputs:
            return None
        literals = self._outputs(closure, call.execution).literals
        return interface.unpack_outputs(
            {name: to_python(literals[name], output.python_type, self._ctx) for name, output in interface.outputs.items()}
        )

    def _outputs(self, closure: admin.ExecutionClosure, execution: core.WorkflowExecutionIdentifier | None) -> core.LiteralMap:
        if closure.outputs.uri:
            return core.LiteralMap.FromString(self._ctx.storage.get(closure.outputs.uri))
        request = admin.WorkflowExecutionGetDataRequest(id=execution)
        return _patiently(lambda: self._client.raw.get_execution_data(request)).full_outputs

    def _try_again(self, phase: core.WorkflowExecution.Phase) -> bool:
        """Whether what an earlier attempt launched, and what did not succeed, runs again in this one."""
        return phase == core.WorkflowExecution.ABORTED or self._is_retry

    @functools.cached_property
    def _is_retry(self) -> bool:
        """Whether the attempt before this one ended with an error of the user's code, not with its process or machine."""
        node = self._attempt.node_id
        if node is None or self._attempt.number == 0:
            return False
        before = [each for each in self._client.task_executions(node) if each.id.retry_attempt == self._attempt.number - 1]
        return any(each.closure.error.kind == core.ExecutionError.USER for each in before if each.closure.HasField("error"))

    def _terminate(self, execution: core.WorkflowExecutionIdentifier) -> None:
        try:
            _patiently(lambda: self._client.terminate(execution, _CANCELLED))
        except (FlyteEntityNotExistException, FlyteInvalidInputException):
            return  # it has ended, or never began


def _target(entity: Entity[..., Any], settings: SerializationSettings) -> core.Identifier:
    """What is launched: a task itself, of a workflow the launch plan of its name."""
    target = core.Identifier()
    target.CopyFrom(entity.identifier(settings))
    if target.resource_type == core.ResourceType.WORKFLOW:
        target.resource_type = core.ResourceType.LAUNCH_PLAN
    return target


def _settle(call: _Call, value: Any = None, error: BaseException | None = None) -> None:
    if call.result.done():
        return
    if error is None:
        call.result.set_result(value)
    else:
        call.result.set_exception(error)


def _failure(entity: str, execution: admin.Execution) -> EagerException:
    """Why an execution did not succeed, in the words of the control plane."""
    closure = execution.closure
    phase = core.WorkflowExecution.Phase.Name(closure.phase)
    message = f"{entity} ended with {phase}"
    if closure.HasField("error"):
        message = f"{message}: {closure.error.message}"
    elif closure.HasField("abort_metadata"):
        message = f"{message}: {closure.abort_metadata.cause}"
    return EagerException(message, where=f"execution {execution.id.name}", code=closure.error.code)


def _patiently(job: Callable[[], T]) -> T:
    """Do it, again and again while the control plane is away. Names make repeated requests harmless."""
    deadline = time.monotonic() + PATIENCE
    for delay in delays():
        try:
            return job()
        except (FlyteSystemUnavailableException, FlyteTimeout):
            if time.monotonic() > deadline:
                raise
        time.sleep(delay)
    raise AssertionError("unreachable: delays have no end")

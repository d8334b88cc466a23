"""One attempt as ``pyflyte-execute`` runs it: load the task, read inputs, run, write outputs or an error document."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError, Message

from glidepath.authoring.resolver import load_task
from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.tasks import Task
from glidepath.errors import FlyteEntityNotFoundException, FlyteSystemException, FlyteUserRuntimeException, IgnoreOutputs
from glidepath.idl import core, paths
from glidepath.runtime.arguments import ExecuteArguments
from glidepath.runtime.checkpoint import Checkpoint
from glidepath.runtime.context import ExecutionParameters
from glidepath.runtime.deck import render
from glidepath.runtime.errors import system_error, user_error, write_place
from glidepath.runtime.execution import run_task
from glidepath.runtime.offloading import limits_from, offload
from glidepath.storage import Storage
from glidepath.types import DataContext


class Attempt:
    """The surroundings of one attempt: where it reads and writes, and who it is (``env``, as the platform set it)."""

    def __init__(self, arguments: ExecuteArguments, storage: Storage, env: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._storage = storage
        self._env = env

    def run(self) -> core.ErrorDocument | None:
        """Run the task and write what came of it; gives back the error document, if one was written.

        Raises what the storage raises when not even that can be written, and what ends an interpreter (SystemExit, …).
        """
        try:
            task = self._load()
            outputs = self._execute(task)
            # Last: whoever sees the file sees a finished attempt.
            if isinstance(outputs, core.LiteralMap):
                self._put(paths.OUTPUTS, outputs)
            else:
                self._put(paths.FUTURES, outputs)
        except IgnoreOutputs as reason:
            print(f"the task asked to ignore its outputs, so none are written: {reason}", file=sys.stderr)  # noqa: T201
            return None
        except (FlyteUserRuntimeException, FlyteEntityNotFoundException) as error:
            return self._fail(user_error(error, self._worker()))
        except Exception as error:  # noqa: BLE001  (the edge: whatever platform or SDK raised is told to the engine)
            return self._fail(system_error(error, self._worker()))
        return None

    def _load(self) -> Task[..., Any]:
        try:
            task = self._found()
        except Exception as error:  # importing a user's module raises what the user's code raises
            raise FlyteUserRuntimeException(f"the task cannot be loaded: {error}") from error
        if not isinstance(task, Task):
            named = " ".join(self._arguments.resolver_args)
            raise FlyteEntityNotFoundException(
                f"{named!r} names a {type(task).__module__}.{type(task).__qualname__}, which is no task of Glidepath",
                hint="is stock flytekit installed beside Glidepath? then `import glidepath`, or remove one of the two",
            )
        return task

    def _found(self) -> Task[..., Any]:
        """The task that the arguments name."""
        return load_task(self._arguments.resolver, self._arguments.resolver_args)

    def _execute(self, task: Task[..., Any]) -> core.LiteralMap | core.DynamicJobSpec:
        inputs = self._inputs(task)
        folder = Path(tempfile.gettempdir(), f"flyte-{os.urandom(16).hex()}")  # made by those who put something there
        try:
            raw = self._arguments.raw_output_data_prefix or paths.join(self._arguments.output_prefix, "raw")
            ctx = DataContext(self._storage, raw, folder / "data")
            parameters = self._parameters(folder, raw, task)
            outputs = run_task(task, inputs, ctx, parameters, self._settings(task))
            if isinstance(outputs, core.LiteralMap):
                types, limits = task.worker.interface.output_types, limits_from(self._env)
                offload(outputs, types, self._arguments.output_prefix, limits, self._storage)
            if parameters.decks and parameters.enable_deck:
                self._storage.put(self._uri(paths.DECK), render(parameters.decks).encode(), self._metadata())
            return outputs if isinstance(outputs, core.LiteralMap) else outputs.job
        finally:
            if folder.exists():
                shutil.rmtree(folder, ignore_errors=True)

    def _settings(self, task: Task[..., Any]) -> SerializationSettings:
        """What the templates say that a dynamic task makes."""
        if not task.draws:
            return SerializationSettings()
        from glidepath.runtime.dynamic import settings_of_container  # few tasks are dynamic

        return settings_of_container(self._env, self._arguments.distribution, self._arguments.destination)

    def _inputs(self, task: Task[..., Any]) -> core.LiteralMap:
        uri = self._arguments.inputs
        try:
            return core.LiteralMap.FromString(self._storage.get(uri))
        except DecodeError as error:
            raise FlyteSystemException(f"{uri} does not hold a map of literals: {error}") from error

    def _parameters(self, folder: Path, raw: str, task: Task[..., Any]) -> ExecutionParameters:
        checkpoint = None
        if self._arguments.checkpoint_path:
            checkpoint = Checkpoint(self._storage, self._arguments.checkpoint_path, self._arguments.prev_checkpoint or None)
        return ExecutionParameters(
            execution_id=core.WorkflowExecutionIdentifier(
                project=self._fact("EXECUTION_PROJECT", "_F_PRJ"),
                domain=self._fact("EXECUTION_DOMAIN", "_F_DM"),
                name=self._fact("EXECUTION_ID", "_F_NM"),
            ),
            task_id=core.Identifier(
                resource_type=core.ResourceType.TASK,
                project=self._fact("TASK_PROJECT", "_F_TK_PRJ"),
                domain=self._fact("TASK_DOMAIN", "_F_TK_DM"),
                name=self._fact("TASK_NAME", "_F_TK_NM"),
                version=self._fact("TASK_VERSION", "_F_TK_V"),
            ),
            execution_date=datetime.now(tz=timezone.utc),
            workspace=str(folder / "workspace"),
            raw_output_prefix=raw,
            output_metadata_prefix=self._arguments.output_prefix,
            enable_deck=task.settings.deck,
            attributes=self._code(),
            kept_checkpoint=checkpoint,
        )

    def _code(self) -> dict[str, str]:
        """Where fetched code came from: what the task registers itself comes from there, too."""
        if not self._arguments.distribution:
            return {}
        return {"FLYTE_DISTRIBUTION": self._arguments.distribution, "FLYTE_DESTINATION": self._arguments.destination}

    def _fact(self, name: str, short: str) -> str:
        return self._env.get(f"FLYTE_INTERNAL_{name}") or self._env.get(short, "")

    def _worker(self) -> str:
        return write_place(self._env, "")[1]

    def _fail(self, document: core.ErrorDocument) -> core.ErrorDocument:
        self._put(write_place(self._env, os.urandom(16).hex())[0], document)
        return document

    def _put(self, name: str, message: Message) -> None:
        self._storage.put(self._uri(name), message.SerializeToString(deterministic=True), self._metadata())

    def _uri(self, name: str) -> str:
        return paths.join(self._arguments.output_prefix, name)

    def _metadata(self) -> dict[str, str]:
        facts = {
            "project": self._fact("EXECUTION_PROJECT", "_F_PRJ"),
            "domain": self._fact("EXECUTION_DOMAIN", "_F_DM"),
            "name": self._fact("EXECUTION_ID", "_F_NM"),
            "workflow": self._fact("EXECUTION_WORKFLOW", "_F_WF"),
            "launchplan": self._fact("EXECUTION_LAUNCHPLAN", "_F_LP"),
        }
        return {f"flyte-execution-{key}": value for key, value in facts.items() if value}


def told(document: core.ErrorDocument) -> str:
    """An error document as the log shows it."""
    error = document.error
    who = core.ExecutionError.ErrorKind.Name(error.origin)
    return f"{error.message}\n\n({who} error, code {error.code})"

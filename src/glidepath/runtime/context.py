"""What a running task may ask about itself: :func:`current_context`, as in flytekit (reference: flytekit.md, 4.7)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from glidepath.errors import FlyteAssertion
from glidepath.runtime.secrets import SecretsManager
from glidepath.runtime.stats import Stats

if TYPE_CHECKING:
    import logging

    from glidepath.idl import core
    from glidepath.runtime.checkpoint import Checkpoint
    from glidepath.runtime.deck import Deck
    from glidepath.runtime.parameters_builder import ParametersBuilder


@dataclass(frozen=True)
class ExecutionParameters:
    """The facts of a task's run, read through :func:`current_context`.

    ``execution_date`` is aware (UTC); ``workspace`` is the path of a folder that appears when it is first asked for, as
    :attr:`working_directory`; the prefixes are URIs; ``attributes`` are further facts that task types add, readable as
    attributes.
    """

    execution_id: core.WorkflowExecutionIdentifier
    task_id: core.Identifier
    execution_date: datetime
    workspace: str
    raw_output_prefix: str
    output_metadata_prefix: str | None = None
    secrets: SecretsManager = field(default_factory=SecretsManager)
    stats: Stats = field(default_factory=Stats)
    decks: list[Deck] = field(default_factory=list)
    enable_deck: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    kept_checkpoint: Checkpoint | None = None

    @property
    def working_directory(self) -> str:
        """A folder for this run alone; an attempt of a control plane removes it at its end."""
        os.makedirs(self.workspace, exist_ok=True)  # noqa: PTH103  (a folder costs more than the rest of a small task)
        return self.workspace

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint of this attempt. Raises NotImplementedError, as flytekit does, where none is kept."""
        if self.kept_checkpoint is None:
            raise NotImplementedError("no checkpoint is kept here: the platform gave no place for one")
        return self.kept_checkpoint

    @property
    def logging(self) -> logging.Logger:
        """A logger for the user's own messages, at level INFO."""
        import logging  # 3 ms, which a script that declares tasks does not need

        logger = logging.getLogger("user_space")
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
        return logger

    @property
    def default_deck(self) -> Deck:
        """The deck named ``default``, made when it is first asked for."""
        from glidepath.runtime.deck import Deck  # decks load when one is used

        return next((deck for deck in self.decks if deck.name == "default"), None) or Deck("default")

    def builder(self) -> ParametersBuilder:
        """Makes parameters like these with more facts in them."""
        from glidepath.runtime.parameters_builder import ParametersBuilder  # for task types that add facts

        return ParametersBuilder(self)

    @staticmethod
    def new_builder(current: ExecutionParameters | None = None) -> ParametersBuilder:
        """The same, from other parameters; by default those of a local run."""
        return (current or local_parameters()).builder()

    def get(self, key: str) -> Any:
        """A fact that a task type added, or any other by its name. Raises FlyteAssertion when there is none."""
        return getattr(self, key)

    def has_attr(self, name: str) -> bool:
        """Whether there is such a fact."""
        return name in self.attributes or hasattr(type(self), name) or name in self.__dataclass_fields__

    def __getattr__(self, name: str) -> Any:
        attributes = self.__dict__.get("attributes", {})
        for key in (name, name.upper()):
            if key in attributes:
                return attributes[key]
        if name.startswith("__"):
            raise AttributeError(name)
        raise FlyteAssertion(f"{name} is no parameter of this task's context", hint="is the task of the type that sets it?")


_CURRENT: ContextVar[ExecutionParameters] = ContextVar("flyte_execution_parameters")
# A thread that a task starts does not inherit the context variable; it finds the tasks that run in this process here.
_RUNNING: list[ExecutionParameters] = []


def current_context() -> ExecutionParameters:
    """The parameters of the running task; outside of any task, those of a nameless local one.

    Works in the task's function, in coroutines and tasks that it awaits, and in threads that it starts.

    >>> current_context().execution_id.name
    'local'
    """
    found = _CURRENT.get(None)
    if found is not None:
        return found
    return _RUNNING[-1] if _RUNNING else local_parameters()


@contextlib.contextmanager
def running(parameters: ExecutionParameters) -> Iterator[ExecutionParameters]:
    """Let a task's code find ``parameters`` while the block runs."""
    token = _CURRENT.set(parameters)
    _RUNNING.append(parameters)
    try:
        yield parameters
    finally:
        _RUNNING.remove(parameters)
        _CURRENT.reset(token)


def _temporary_folder() -> str:
    import tempfile  # 3 ms; a run has a folder of its own

    return tempfile.gettempdir()


def local_parameters(
    workspace: str = "", raw_output_prefix: str = "", task_id: core.Identifier | None = None
) -> ExecutionParameters:
    """Parameters of a run without a control plane: project, domain and name are ``local``, secrets need no prefix."""
    from glidepath.idl import core  # importing the context alone must not load the messages

    folder = workspace or _temporary_folder()
    return ExecutionParameters(
        execution_id=core.WorkflowExecutionIdentifier(project="local", domain="local", name="local"),
        task_id=task_id
        or core.Identifier(
            resource_type=core.ResourceType.TASK, project="local", domain="local", name="local", version="local"
        ),
        execution_date=datetime.now(tz=timezone.utc),
        workspace=folder,
        raw_output_prefix=raw_output_prefix or folder,
        secrets=SecretsManager(prefixes=("", "_FSEC_")),
    )

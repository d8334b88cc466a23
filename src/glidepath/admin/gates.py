"""Gates that wait for a signal: who waits, and how they learn of a value that is there already."""

from __future__ import annotations

from collections.abc import Callable

from glidepath.admin.errands import Errands
from glidepath.admin.happenings import Answered
from glidepath.admin.live import Key, Live
from glidepath.admin.loading import Loader
from glidepath.engine.commands import AwaitSignal


class Gates:
    """Answers to gates; ``tell`` takes them, from any thread.

    The journal writes a gate's signal with the commit that lets the gate begin, so whoever sets it finds it. What was set
    before that, or while no server ran, is looked up here; what is set later comes through SetSignal.
    """

    def __init__(self, loader: Loader, errands: Errands, tell: Callable[[Key, Answered], None]) -> None:
        self._loader = loader
        self._errands = errands
        self._tell = tell

    def wait(self, live: Live, command: AwaitSignal) -> None:
        """Let node ``command.uid`` hear of its signal, now if it is set. On the orchestrator's thread."""
        live.gates.setdefault(command.signal_id, set()).add(command.uid)

        def look() -> None:
            value = self._loader.signal_value(live.state.id, command.signal_id)
            if value is not None:
                self._tell(live.key, Answered(command.signal_id, value))

        self._errands.do(f"read signal {command.signal_id} of {live.state.id.name}", look)

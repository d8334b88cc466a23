"""The engine: what executing a compiled workflow closure means.

``advance(state, event)`` gives the transition that an event causes: changed rows, files to write, reports and commands. It
does no I/O, reads no clock and starts no thread. A driver commits the transition, applies it, carries out the commands and
brings back what happens as events. ``local`` and ``admin`` are such drivers.
"""

from glidepath.engine.advance import advance as advance
from glidepath.engine.plan import Plan as Plan
from glidepath.engine.state import ExecutionState as ExecutionState, NodeState as NodeState, Settings as Settings
from glidepath.engine.transition import Transition as Transition, apply as apply

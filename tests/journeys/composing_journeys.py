"""The runs to take both ways, with what comes of them."""

from __future__ import annotations

from composing_world import Journey

_GRAPHS = (
    Journey("shown.hello.hello_wf", {"name": "Ada"}, outputs={"o0": "Hello, Ada!"}, ordered=True),
    Journey("shown.retries.patient_wf", {"url": "abc"}, outputs={"o0": 14}, ordered=True),
    Journey("composed.graphs.nested", {"a": 3}, outputs={"o0": 5, "o1": 7}, ordered=True),
    Journey("composed.graphs.outer", outputs={"o0": 16}, ordered=True),
    Journey("composed.graphs.inverse_inside", fails="division by zero", ordered=True),
    Journey("composed.graphs.inverse_in_child", fails="division by zero", ordered=True),
    Journey("composed.graphs.stubborn_wf", fails="7 is never good", code="RetriesExhausted|USER:Recoverable", ordered=True),
    Journey("composed.graphs.patient", fails="division by zero"),
)

JOURNEYS = _GRAPHS

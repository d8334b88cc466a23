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

_REPORT = "north: 295 EUR in 3 sales\nsouth: 270 USD in 2 sales\nwest: 33 USD in 1 sales"

_CHILDREN = (
    Journey("shown.children.report_wf", outputs={"o0": _REPORT}),
    Journey("shown.children.dollars", {"region": "north"}, outputs={"o0": "north: 295 USD in 3 sales"}, ordered=True),
)

_FAILURES = (
    Journey("shown.failure.import_wf", outputs={"o0": 3}, ordered=True),
    Journey("shown.failure.import_wf", {"rows": 0}, fails="no rows for squares", ordered=True),
    Journey("shown.failure.imports_wf", fails="no rows for first"),
)

JOURNEYS = (*_GRAPHS, *_CHILDREN, *_FAILURES)

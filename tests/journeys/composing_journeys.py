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

_BRANCHES = (
    *(
        Journey("shown.conditionals.shipping_wf", {"weight_kg": weight, "express": fast}, outputs={"o0": price}, ordered=True)
        for weight, fast, price in ((0.5, False, 2.1), (0.5, True, 16.95), (12.5, False, 15.75), (400.0, True, 130.0))
    ),
    Journey("shown.conditionals.shipping_wf", {"weight_kg": 200.0}, outputs={"o0": 160.0}),
    Journey("shown.conditionals.shipping_wf", {"weight_kg": 5000.0}, fails="nobody ships more", code="UserProvidedError"),
)

_GATES = (
    Journey("shown.gates.release_wf", signals={"title": "Spring", "approved": True}, outputs={"o0": 3}),
    Journey(
        "shown.gates.release_wf",
        {"since": "v2"},
        signals={"title": "Autumn", "approved": False},
        fails="[approved] was rejected",
        code="ReceivedRejectSignal",
    ),
)

_IMPERATIVE = (Journey("shown.imperative.build", {"path": "a/b.c"}, outputs={"label": "b.c+B.C"}, ordered=True),)

_MAPS = (
    Journey("shown.maps.primes_wf", {"upper": 500}, outputs={"o0": 95}),
    Journey("shown.maps.readings_wf", outputs={"o0": 22.0}),
    Journey("shown.maps.readings_wf", {"readings": ["a", "b", "75.2"]}, fails="could not convert string to float"),
    Journey("shown.maps.areas_wf", {"widths": [1.5, 2.0], "heights": [2.0, 4.0]}, outputs={"o0": [3.0, 8.0]}),
    Journey("shown.maps.areas_wf", {"widths": [], "heights": []}, outputs={"o0": []}),
)

_DYNAMICS = (
    Journey("shown.dynamic.sort_wf", {"numbers": [3, 1]}, outputs={"o0": [1, 3]}, ordered=True),
    Journey("shown.dynamic.sort_wf", outputs={"o0": [1, 2, 3, 5, 7, 8, 9]}),
    Journey("shown.dynamic.words_wf", {"text": "to be or not"}, outputs={"o0": {"2": 3, "3": 1}}),
)

JOURNEYS = (*_GRAPHS, *_CHILDREN, *_FAILURES, *_BRANCHES, *_GATES, *_IMPERATIVE, *_MAPS, *_DYNAMICS)

"""The runs to take both ways, with what comes of them."""

from __future__ import annotations

from composing_world import Journey

_ZERO = "division by zero"

_GRAPHS = (
    Journey("shown.hello.hello_wf", {"name": "Ada"}, outputs={"o0": "Hello, Ada!"}, ordered=True),
    Journey("shown.retries.patient_wf", {"url": "abc"}, outputs={"o0": 14}, ordered=True),
    Journey("composed.graphs.nested", {"a": 3}, outputs={"o0": 5, "o1": 7}, ordered=True),
    Journey("composed.graphs.outer", outputs={"o0": 16}, ordered=True),
    Journey("composed.graphs.inverse_inside", fails=_ZERO, ordered=True),
    Journey("composed.graphs.inverse_in_child", fails=_ZERO, ordered=True),
    Journey("composed.graphs.stubborn_wf", fails="7 is never good", code="RetriesExhausted|USER:Recoverable", ordered=True),
    Journey("composed.graphs.patient", fails=_ZERO),
    Journey("composed.graphs.wachstum_ü", {"größe": 3}, outputs={"o0": 4}, ordered=True),
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
    Journey("shown.maps.readings_wf", {"readings": ["a", "b", "75.2"]}, fails="could not convert string to float", code=""),
    Journey("shown.maps.areas_wf", {"widths": [1.5, 2.0], "heights": [2.0, 4.0]}, outputs={"o0": [3.0, 8.0]}),
    Journey("shown.maps.areas_wf", {"widths": [], "heights": []}, outputs={"o0": []}),
)

_DYNAMICS = (
    Journey("shown.dynamic.sort_wf", {"numbers": [3, 1]}, outputs={"o0": [1, 3]}, ordered=True),
    Journey("shown.dynamic.sort_wf", outputs={"o0": [1, 2, 3, 5, 7, 8, 9]}),
    Journey("shown.dynamic.words_wf", {"text": "to be or not"}, outputs={"o0": {"2": 3, "3": 1}}),
)

_EAGER = (Journey("shown.eager.search_wf", {"target": 5}, outputs={"o0": 7}, eager=True),)


def _n(where: str, n: int, result: object = None, **more: str) -> Journey:
    """A run with one input ``n`` and one output."""
    return Journey(where, {"n": n}, outputs=None if more else {"o0": result}, **more)


def _ns(where: str, ns: list[int], result: object = None, **more: str) -> Journey:
    return Journey(where, {"ns": ns}, outputs=None if more else {"o0": result}, **more)


_MORE_BRANCHES = (
    *(Journey("composed.branches.silent", {"n": n}, outputs={}, ordered=True) for n in (0, 1, 2)),
    _n("composed.branches.several", 4, 2),
    _n("composed.branches.several", -4, 2),
    Journey("composed.branches.pairs", {"x": 3.0}, outputs={"o0": 2.0}, ordered=True),
    Journey("composed.branches.pairs", {"x": 2.0}, outputs={"o0": 180.0}, ordered=True),
    Journey("composed.branches.by_field", {"celsius": 25.0}, outputs={"o0": 4}, ordered=True),
    Journey("composed.branches.by_field", {"celsius": 5.0}, outputs={"o0": 9}, ordered=True),
    *(
        _n("composed.branches.branch_inside", n, result**2)
        for n, result in ((1, 1), (2, 16), (3, 81), (4, 14), (5, 14), (6, 36), (10, 100))
    ),
    _n("composed.branches.branch_inside", 7, fails="not seven", code="UserProvidedError"),
    _n("composed.branches.branch_inside", 8, fails="no kind for this", code="UserProvidedError"),
    _n("composed.branches.failing_arm", 0, fails=_ZERO),
    _n("composed.branches.failing_arm", 9, 1.0),
)

_MORE_MAPS = (
    Journey("composed.arrays.quiet", {"ns": [1, 2]}, outputs={}),
    _ns("composed.arrays.again", [1, 2, 3], [1, 2, 3]),
    Journey("composed.arrays.powers", {"bases": [1, 2, 3], "exponent": 3}, outputs={"o0": [1, 8, 27]}),
    Journey("composed.arrays.files", {"texts": ["x", "yz"]}, outputs={"o0": "x+yz"}),
    _ns("composed.arrays.tolerant", [1, 7, 2, 9], [1, 2]),
    _ns("composed.arrays.tolerant", [1, 7, 8], fails="7 is not small", code=""),
    _ns("composed.own_arrays.at_least", [5, 1, 6], [1]),
    _ns("composed.arrays.strict", [1, 2], [1, 2]),
    _ns("composed.arrays.strict", [1, 5], fails="5 is not small", code=""),
    _ns("composed.arrays.children", [2, 3], [4, 9]),
    _ns("composed.arrays.chained", [2, 3], [16, 81]),
)

_MORE_DYNAMICS = (
    _n("composed.dynamics.plain_wf", 3, 16),
    _n("composed.dynamics.fibonacci_wf", 1, 1),
    _n("composed.dynamics.fibonacci_wf", 5, 5),
    _n("composed.dynamics.everything_wf", 4, [5, 5, 14, 16, 2]),
    _n("composed.dynamics.everything_wf", 2, [3, 3, 1, 3, 2]),
    Journey("composed.dynamics.pairs_wf", {"n": 3}, outputs={"o0": 9, "o1": [9, 81, 5]}, ordered=True),
    _ns("composed.dynamics.inverses_wf", [1, 2], [1.0, 0.5]),
    _ns("composed.dynamics.inverses_wf", [], []),
    _ns("composed.dynamics.inverses_wf", [1, 0], fails=_ZERO),
    _n("composed.dynamics.patient_wf", 0, fails=_ZERO),
    _n("composed.dynamics.raises_wf", 1, fails="before the graph is done"),
    _n("composed.dynamics.inside", 1, 3),
)

_HANDLERS = tuple(
    Journey(f"composed.handlers.{name}", fails=_ZERO)
    for name in ("with_task", "with_error", "with_workflow", "with_failing", "around", "around_child", "around_dynamic")
)

_WAITS = (
    Journey(
        "composed.waits.inside",
        {"n": 3},
        signals={"factor": 4, "texts": ["a", "b"]},
        outputs={"o0": "12: a|b"},
    ),
    Journey("composed.waits.in_branch", {"n": 101}, signals={"twice": True}, outputs={"o0": 202}),
    Journey("composed.waits.in_branch", {"n": 7}, outputs={"o0": 21}),
    Journey("composed.waits.slept", {"n": 2}, outputs={"o0": 20}),
)

_FLAVOURS = (
    Journey("shown.containers.ellipse_wf", {"a": 2.0, "b": 3.0}, outputs={"o0": "18.85 square metres"}, ordered=True),
    Journey("shown.shell.log_wf", outputs={"o0": "2 lines of level ERROR; the first is 'ERROR disk'"}, ordered=True),
    Journey("shown.sql.readings_wf", outputs={"o0": ["attic: 29.0", "kitchen: 22.5"]}, ordered=True),
    Journey("shown.sensors.inbox_wf", outputs={"o0": 3}),
    Journey("shown.plugins.timed_wf", {"n": 20}, outputs={"o0": 16}, ordered=True),
    Journey("shown.environment.sizes_wf", outputs={"o0": 16}, ordered=True),
    Journey("shown.backoff.fetch_wf", {"failures": 2}, outputs={"o0": 3}, ordered=True),
    Journey(
        "shown.backoff.fetch_wf",
        {"failures": 9},
        fails="attempt 4 met a busy service",
        code="RetriesExhausted|USER:Recoverable",
    ),
    Journey("shown.idle.settle_wf", {"text": "quiet"}, outputs={"o0": "quiet"}, ordered=True),
    Journey("composed.cached.report_wf", outputs={"o0": "5 different words"}, ordered=True),
    Journey("shown.caching.report_wf", {"size": 200}, outputs={"o0": "Found: 25 primes", "o1": 180}),
)

JOURNEYS = (
    *_FLAVOURS,
    *_GRAPHS,
    *_CHILDREN,
    *_FAILURES,
    *_BRANCHES,
    *_GATES,
    *_IMPERATIVE,
    *_MAPS,
    *_DYNAMICS,
    *_EAGER,
    *_MORE_BRANCHES,
    *_MORE_MAPS,
    *_MORE_DYNAMICS,
    *_HANDLERS,
    *_WAITS,
)

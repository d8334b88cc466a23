"""Filters, sorting and pages of list requests."""

import pytest
from admin_specs import execution, execution_id, scope, task

from glidepath.idl import admin, core, event


@pytest.fixture
def five(control_plane):
    """Executions e0 to e4; e1 and e3 have started."""
    control_plane.register_workflow()
    for index in range(5):
        control_plane.admin.CreateExecution(execution(f"e{index}"))
    for index in (3, 1):
        happened = event.WorkflowExecutionEvent(execution_id=execution_id(f"e{index}"), phase=core.WorkflowExecution.RUNNING)
        happened.occurred_at.FromJsonString(f"2026-02-0{index}T00:00:00Z")
        control_plane.admin.CreateWorkflowEvent(admin.WorkflowExecutionEventRequest(event=happened))
    return control_plane


def sort(key, descending=False):
    return admin.Sort(key=key, direction=admin.Sort.DESCENDING if descending else admin.Sort.ASCENDING)


def page(control_plane, limit=10, token="", filters="", sort_by=None):
    request = admin.ResourceListRequest(id=scope(), limit=limit, token=token, filters=filters, sort_by=sort_by)
    found = control_plane.admin.ListExecutions(request)
    return [each.id.name[1:] for each in found.executions], found.token


def walk(control_plane, limit, sort_by=None):
    names, token = page(control_plane, limit, sort_by=sort_by)
    while token:
        more, token = page(control_plane, limit, token, sort_by=sort_by)
        names += more
    return "".join(names)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("sort_by", "expected"),
    [
        (None, "01234"),
        (sort("created_at", descending=True), "43210"),
        (sort("execution_name", descending=True), "43210"),
        (sort("name"), "01234"),
        (sort("launch_entity"), "01234"),
        (sort("mode", descending=True), "43210"),
        (sort("started_at"), "13024"),
        (sort("started_at", descending=True), "42031"),
    ],
)
def test_pages_follow_each_other_without_gap_or_repeat(five, sort_by, expected, limit):
    assert walk(five, limit, sort_by) == expected


def test_pages_stay_in_place_while_rows_are_added(five):
    newest_first = sort("created_at", descending=True)
    names, token = page(five, 2, sort_by=newest_first)
    five.admin.CreateExecution(execution("e9"))
    assert names + page(five, 2, token, sort_by=newest_first)[0] == ["4", "3", "2", "1"]


def test_a_full_last_page_has_no_token(five):
    assert page(five, 5) == (["0", "1", "2", "3", "4"], "")


def test_a_decimal_token_is_an_offset(five):
    assert page(five, 2, "3")[0] == ["3", "4"]
    assert page(five, 2, "1", sort_by=sort("started_at", descending=True))[0] == ["2", "0"]
    assert page(five, 2, "99") == ([], "")


@pytest.mark.parametrize("token", ["x", "kxxxx", "k", "-1", "kW10"])
def test_a_token_that_is_none_is_refused(five, refused, token):
    request = admin.ResourceListRequest(id=scope(), limit=2, token=token)
    assert refused(five.admin.ListExecutions, request) == (
        "INVALID_ARGUMENT",
        f"invalid pagination token {token} for ListExecutions",
    )


def test_a_token_of_another_order_is_refused(five, refused):
    token = page(five, 2)[1]
    request = admin.ResourceListRequest(id=scope(), limit=2, token=token, sort_by=sort("created_at", descending=True))
    assert refused(five.admin.ListExecutions, request)[0] == "INVALID_ARGUMENT"


def test_a_list_needs_a_limit(five, refused):
    request = admin.ResourceListRequest(id=scope())
    assert refused(five.admin.ListExecutions, request) == ("INVALID_ARGUMENT", "invalid value for limit")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("eq(execution_name,e2)", "2"),
        ("eq(name,e2)", "2"),
        ("eq(execution.name, e2)", "2"),
        ("ne(name,e2)", "0134"),
        ("value_in(name,e1;e4)", "14"),
        ("value_not_in(name,e1;e4)", "023"),
        ("contains(name,e)+gt(name,e2)", "34"),
        ("contains(name,_)", ""),
        ("not_like(name,3)", "0124"),
        ("eq(phase,RUNNING)", "13"),
        ("eq(launch_plan.name,wf)+eq(workflow.version,v1)+lte(name,e1)", "01"),
        ("eq(workflow.name,other)", ""),
        ("gte(started_at,2026-02-02T00:00:00Z)", "3"),
        ("lt(startedAt,2026-02-02T00:00:00.123456789Z)", "1"),
        ("gt(created_at,2026-01-01T00:00:00Z)+eq(mode,0)", "01234"),
        ("gt(duration,10.5)", ""),
        ("gt(duration,1h30m)", ""),
    ],
)
def test_filters_choose(five, filters, expected):
    assert "".join(page(five, filters=filters)[0]) == expected


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ("name=e1", "invalid value for filters"),
        ("eq(name)", "invalid value for filters"),
        ("like(name,e)", "unrecognized filter function: like"),
        ("eq(task_execution.phase,RUNNING)", "'task_execution' entity is not allowed in filters"),
        ("eq(colour,red)", "'execution.colour' is invalid filter"),
        ("eq(closure,x)", "'execution.closure' is invalid filter"),
        ("eq(workflow.colour,red)", "'workflow.colour' is invalid filter"),
        ("gt(started_at,yesterday)", "invalid value for filters: 'yesterday' does not fit started_at"),
        ("eq(mode,manual)", "invalid value for filters: 'manual' does not fit mode"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(five, refused, filters, message):
    request = admin.ResourceListRequest(id=scope(), limit=2, filters=filters)
    assert refused(five.admin.ListExecutions, request) == ("INVALID_ARGUMENT", message)


def test_a_sort_key_must_be_a_column(five, refused):
    for key in ("colour", "spec"):
        request = admin.ResourceListRequest(id=scope(), limit=2, sort_by=sort(key))
        assert refused(five.admin.ListExecutions, request) == ("INVALID_ARGUMENT", f"invalid sort key '{key}'")


@pytest.mark.parametrize("missing", ["project", "domain"])
def test_a_list_needs_a_project_and_a_domain(five, refused, missing):
    request = admin.ResourceListRequest(id=scope(), limit=2)
    request.id.ClearField(missing)
    for call in (five.admin.ListExecutions, five.admin.ListTasks, five.admin.ListWorkflows, five.admin.ListLaunchPlans):
        assert refused(call, request) == ("INVALID_ARGUMENT", f"missing {missing}")


def test_versions_of_one_name_are_listed_newest_first(control_plane):
    for version in ("v1", "v2", "v3"):
        control_plane.admin.CreateTask(task(version=version))
    control_plane.admin.CreateTask(task("other"))
    request = admin.ResourceListRequest(id=scope("add"), limit=2, sort_by=sort("created_at", descending=True))
    assert [each.id.version for each in control_plane.admin.ListTasks(request).tasks] == ["v3", "v2"]

"""Every list is served by an index: no scan of a table, no sorting of what an index could have given in order."""

import pytest
from admin_specs import DOMAIN, PROJECT, execution, execution_id, node_id, scope
from sqlalchemy import event

from glidepath.idl import admin, core

SCOPE = {"project": PROJECT, "domain": DOMAIN}
EXECUTION_SORTS = (
    *("created_at", "updated_at", "execution_created_at", "execution_updated_at", "started_at", "duration"),
    "execution_name",
)
VERSION_SORTS = ("created_at", "updated_at", "name", "version")


def cases():
    both = (admin.Sort.ASCENDING, admin.Sort.DESCENDING)
    yield "ListExecutions", admin.ResourceListRequest(id=scope())
    for key in EXECUTION_SORTS:
        for direction in both:
            yield "ListExecutions", admin.ResourceListRequest(id=scope(), sort_by=admin.Sort(key=key, direction=direction))
    newest = admin.Sort(key="created_at", direction=admin.Sort.DESCENDING)
    for filters in (
        "eq(phase,FAILED)",
        "eq(user,ada)",
        "eq(error_kind,USER)",
        "eq(state,1)",
        "ne(phase,FAILED)",
        "eq(workflow.name,wf)",
        "eq(workflow.name,wf)+eq(workflow.version,v1)",
        "eq(launch_plan.name,wf)",
        "eq(launch_plan.version,v1)",
        "eq(task.name,add)",
        "eq(execution_name,e1)",
        "contains(execution_name,e)",
        "gt(created_at,2020-01-01T00:00:00Z)",
    ):
        yield "ListExecutions", admin.ResourceListRequest(id=scope(), filters=filters, sort_by=newest)
    for name in ("ListTasks", "ListWorkflows", "ListLaunchPlans"):
        for key in VERSION_SORTS[:2]:
            yield name, admin.ResourceListRequest(id=scope(), sort_by=admin.Sort(key=key))
        for key in VERSION_SORTS:
            yield name, admin.ResourceListRequest(id=scope("wf"), sort_by=admin.Sort(key=key))
    yield "ListTasks", admin.ResourceListRequest(id=scope(), filters="eq(type,python-task)", sort_by=newest)
    yield "ListLaunchPlans", admin.ResourceListRequest(id=scope(), filters="eq(workflow.version,v1)", sort_by=newest)
    for name in ("ListTaskIds", "ListWorkflowIds", "ListLaunchPlanIds"):
        yield name, admin.NamedEntityIdentifierListRequest(**SCOPE)
    for key in ("", "name", "created_at", "updated_at"):
        sort_by = admin.Sort(key=key)
        yield "ListNamedEntities", admin.NamedEntityListRequest(resource_type=core.ResourceType.TASK, **SCOPE, sort_by=sort_by)
    yield "ListNodeExecutions", admin.NodeExecutionListRequest(workflow_execution_id=execution_id("e0"))
    yield "ListNodeExecutions", admin.NodeExecutionListRequest(workflow_execution_id=execution_id("e0"), unique_parent_id="n0")
    yield "ListTaskExecutions", admin.TaskExecutionListRequest(node_execution_id=node_id("e0"))
    yield "ListDescriptionEntities", admin.DescriptionEntityListRequest(resource_type=core.ResourceType.TASK, id=scope())
    yield "ListProjects", admin.ProjectListRequest(sort_by=admin.Sort(key="created_at"))


CASES = list(cases())


@pytest.fixture
def plans(store):
    """The plans of the statements that lists run from now on, as SQLite explains them."""
    found = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("SELECT"):
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append([row[3] for row in cursor.fetchall()])

    event.listen(store._readers, "before_cursor_execute", explain)
    return found


@pytest.fixture
def filled(control_plane, plans):
    for version in ("v1", "v2"):
        control_plane.register_workflow(version=version)
    for name in ("e0", "e1"):
        control_plane.admin.CreateExecution(execution(name))
    plans.clear()
    return control_plane


# Postgres chooses by statistics, which a small table does not have.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_list_goes_through_an_index(filled, plans):
    for name, request in CASES:
        for limit in (1, 100):
            request.limit = limit
            plans.clear()
            page = getattr(filled.admin, name)(request)
            if limit == 1 and page.token:
                request.token = page.token
                getattr(filled.admin, name)(request)
                request.token = ""
            steps = [step for plan in plans for step in plan]
            what = f"{name} {request}: {steps}"
            assert steps, what
            assert not [step for step in steps if step.startswith("SCAN ") and "USING" not in step], what
            assert "USE TEMP B-TREE FOR ORDER BY" not in steps, what

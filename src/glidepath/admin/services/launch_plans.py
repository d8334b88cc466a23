"""Launch plans: registered like tasks, and of each name one version may be active."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, and_, literal_column, select, tuple_

from glidepath.admin.errors import InvalidArgument, NotFound, missing_identifier
from glidepath.admin.registration import check_launch_plan_request, completed_launch_plan, different, identical
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.schedules import schedule_type
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, named_scope, read_list
from glidepath.admin.services.names import remember_name
from glidepath.admin.services.projects import require_active
from glidepath.admin.services.schedules import start_schedule, stop_schedules
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import LAUNCH_PLAN
from glidepath.admin.store.rows import entity_key, identifier_from, timestamp
from glidepath.admin.store.schema import ENTITY_KEY, launch_plans, named_entity_metadata, workflows
from glidepath.admin.validation import require_identifier, require_scope
from glidepath.compiler import LaunchPlanInterface
from glidepath.idl import admin, core
from glidepath.idl.hashes import digest
from glidepath.idl.text import compact_text

_COLUMNS = tuple(launch_plans.c[name] for name in (*ENTITY_KEY, "state", "created_at", "updated_at", "spec", "closure"))
_LIST = ListOf("ListLaunchPlans", LAUNCH_PLAN, _COLUMNS)
_LIST_ACTIVE = ListOf("ListActiveLaunchPlans", LAUNCH_PLAN, _COLUMNS)
_ACTIVE = admin.LaunchPlanState.ACTIVE
_INACTIVE = admin.LaunchPlanState.INACTIVE
_IS_ACTIVE = launch_plans.c.state == literal_column("1")  # spelled out, so that SQLite sees that the partial index fits


class LaunchPlans:
    """CreateLaunchPlan, GetLaunchPlan, GetActiveLaunchPlan, ListLaunchPlans, ListActiveLaunchPlans, UpdateLaunchPlan."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "CreateLaunchPlan": self.create,
            "GetLaunchPlan": self.get,
            "GetActiveLaunchPlan": self.get_active,
            "ListLaunchPlans": self.list,
            "ListActiveLaunchPlans": self.list_active,
            "UpdateLaunchPlan": self.update,
        }

    def create(self, request: admin.LaunchPlanCreateRequest, call: Call) -> admin.LaunchPlanCreateResponse:
        """Register a version, inactive. AlreadyExists when the same is there, InvalidArgument or NotFound when it cannot be."""
        check_launch_plan_request(request)
        with self._context.store.read() as connection:
            require_active(connection, self._context, request.id.project, request.id.domain)
            query = select(workflows.c.id, workflows.c.typed_interface).filter_by(**entity_key(request.spec.workflow_id))
            workflow = connection.execute(query).one_or_none()
        if workflow is None:
            raise missing_identifier(request.spec.workflow_id)
        plan = completed_launch_plan(request, core.TypedInterface.FromString(workflow.typed_interface))
        with self._context.store.write() as connection:
            if not insert_launch_plan(connection, self._context, plan, workflow.id):
                self._refuse(connection, plan)
        return admin.LaunchPlanCreateResponse()

    def get(self, request: admin.ObjectGetRequest, call: Call) -> admin.LaunchPlan:
        """One version."""
        require_identifier(request.id, core.ResourceType.LAUNCH_PLAN)
        with self._context.store.read() as connection:
            row = connection.execute(select(*_COLUMNS).filter_by(**entity_key(request.id))).one_or_none()
        if row is None:
            raise missing_identifier(request.id)
        return _plan(row)

    def get_active(self, request: admin.ActiveLaunchPlanRequest, call: Call) -> admin.LaunchPlan:
        """The active version of a name; NotFound if there is none."""
        require_scope(request.id.project, request.id.domain)
        name = [*named_scope(launch_plans, request.id), _IS_ACTIVE]
        with self._context.store.read() as connection:
            row = connection.execute(select(*_COLUMNS).where(*name)).one_or_none()
        if row is None:
            names = f"{request.id.project}:{request.id.domain}:{request.id.name}"
            raise NotFound(f"No active launch plan could be found: {names}")
        return _plan(row)

    def list(self, request: admin.ResourceListRequest, call: Call) -> admin.LaunchPlanList:
        """Versions of launch plans in a project and domain, or of one name."""
        page = read_list(self._context, _LIST, named_scope(launch_plans, request.id), request)
        return admin.LaunchPlanList(launch_plans=[_plan(row) for row in page.rows], token=page.token)

    def list_active(self, request: admin.ActiveLaunchPlanListRequest, call: Call) -> admin.LaunchPlanList:
        """The active versions in a project and domain."""
        scope = named_scope(launch_plans, admin.NamedEntityIdentifier(project=request.project, domain=request.domain))
        plain = admin.ResourceListRequest(limit=request.limit, token=request.token)
        if request.HasField("sort_by"):
            plain.sort_by.CopyFrom(request.sort_by)
        page = read_list(self._context, _LIST_ACTIVE, [*scope, _IS_ACTIVE], plain)
        return admin.LaunchPlanList(launch_plans=[_plan(row) for row in page.rows], token=page.token)

    def update(self, request: admin.LaunchPlanUpdateRequest, call: Call) -> admin.LaunchPlanUpdateResponse:
        """Activate a version, which takes the place of the active one, or deactivate it; with its schedule, all or nothing."""
        require_identifier(request.id, core.ResourceType.LAUNCH_PLAN)
        if request.state not in (_ACTIVE, _INACTIVE):
            raise InvalidArgument(
                f"Unrecognized launch plan state {request.state} for update for launch plan [{compact_text(request.id)}]"
            )
        with self._context.store.write() as connection:
            row = connection.execute(select(*_COLUMNS).filter_by(**entity_key(request.id))).one_or_none()
            if row is None:
                raise missing_identifier(request.id)
            _lock_name(connection, request.id)
            if request.state == _ACTIVE:
                self._activate(connection, _plan(row))
            else:
                self._deactivate(connection, request.id)
        return admin.LaunchPlanUpdateResponse()

    def _activate(self, connection: Connection, plan: admin.LaunchPlan) -> None:
        now = self._context.clock()
        name = admin.NamedEntityIdentifier(project=plan.id.project, domain=plan.id.domain, name=plan.id.name)
        others = and_(*named_scope(launch_plans, name), _IS_ACTIVE, launch_plans.c.version != plan.id.version)
        connection.execute(launch_plans.update().where(others).values(state=_INACTIVE, updated_at=now))
        this = launch_plans.update().filter_by(**entity_key(plan.id))
        connection.execute(this.values(state=_ACTIVE, updated_at=now))
        stop_schedules(connection, plan.id, now)
        start_schedule(connection, plan.id, plan.spec.entity_metadata.schedule, now)

    def _deactivate(self, connection: Connection, identifier: core.Identifier) -> None:
        now = self._context.clock()
        this = launch_plans.update().filter_by(**entity_key(identifier))
        changed = connection.execute(this.where(_IS_ACTIVE).values(state=_INACTIVE, updated_at=now))
        if changed.rowcount:
            stop_schedules(connection, identifier, now)

    def _refuse(self, connection: Connection, plan: admin.LaunchPlan) -> None:
        query = select(launch_plans.c.digest, *_COLUMNS).filter_by(**entity_key(plan.id))
        row = connection.execute(query).one()
        if row.digest == digest(plan):
            raise identical("launch plan", plan)
        old = admin.LaunchPlan(id=plan.id, spec=admin.LaunchPlanSpec.FromString(row.spec))
        old.closure.MergeFromString(row.closure)
        raise different("launch plan", old, plan)


def insert_launch_plan(connection: Connection, context: Context, plan: admin.LaunchPlan, workflow_id: int) -> bool:
    """Add a completed launch plan, inactive, and its name. ``workflow_id`` is a row's. False when its id is taken."""
    now = context.clock()
    values = {
        **entity_key(plan.id),
        "workflow_id": workflow_id,
        "state": _INACTIVE,
        "schedule_type": schedule_type(plan.spec.entity_metadata.schedule),
        "digest": digest(plan),
        "created_at": now,
        "updated_at": now,
        "spec": plan.spec.SerializeToString(),
        "closure": plan.closure.SerializeToString(),
    }
    if insert_new(connection, launch_plans, values) is None:
        return False
    remember_name(connection, plan.id, now)
    return True


def load_interfaces(connection: Connection, identifiers: Iterable[core.Identifier]) -> "list[LaunchPlanInterface]":
    """What a compiler must know of these launch plans, in that order. Raises NotFound for the first that is missing."""
    wanted = {tuple(entity_key(each).values()): each for each in identifiers}
    columns = (*(launch_plans.c[name] for name in ENTITY_KEY), launch_plans.c.closure)
    query = select(*columns).where(tuple_(*columns[:4]).in_(list(wanted)))
    found = {tuple(row[:4]): row.closure for row in connection.execute(query)} if wanted else {}
    for key, each in wanted.items():
        if key not in found:
            raise missing_identifier(each)
    closures = {key: admin.LaunchPlanClosure.FromString(closure) for key, closure in found.items()}
    return [
        LaunchPlanInterface(each, closures[key].expected_inputs, closures[key].expected_outputs) for key, each in wanted.items()
    ]


def _lock_name(connection: Connection, identifier: core.Identifier) -> None:
    """Two activations of one name wait for each other; a transaction on SQLite is alone in any case."""
    name = {"project": identifier.project, "domain": identifier.domain, "name": identifier.name}
    query = select(named_entity_metadata.c.id).filter_by(resource_type=core.ResourceType.LAUNCH_PLAN, **name)
    connection.execute(query.with_for_update())


def _plan(row: Row[Any]) -> admin.LaunchPlan:
    found = admin.LaunchPlan(id=identifier_from(core.ResourceType.LAUNCH_PLAN, row._mapping))
    found.spec.MergeFromString(row.spec)
    found.closure.MergeFromString(row.closure)
    found.closure.state = row.state
    found.closure.created_at.CopyFrom(timestamp(row.created_at))
    found.closure.updated_at.CopyFrom(timestamp(row.updated_at))
    return found

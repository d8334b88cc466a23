"""Projects and domains, and the check that both exist before anything is put into them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from glidepath.admin.errors import AlreadyExists, InvalidArgument, NotFound
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, read_list
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import PROJECT
from glidepath.admin.store.paging import MAX_LIMIT
from glidepath.admin.store.schema import projects
from glidepath.admin.validation import check_project, require
from glidepath.idl import admin

_ACTIVE = admin.Project.ACTIVE
_COLUMNS = tuple(projects.c[name] for name in ("identifier", "name", "description", "labels", "state"))
_LIST = ListOf("ListProjects", PROJECT, _COLUMNS, "identifier")


def seed_projects(context: Context, identifiers: Iterable[str] = ("flytesnacks",)) -> None:
    """Register projects that are not there yet."""
    with context.store.write() as connection:
        for identifier in identifiers:
            insert_new(connection, projects, _values(context, admin.Project(id=identifier, name=identifier)))


def require_active(connection: Connection, context: Context, project: str, domain: str) -> admin.Labels:
    """A project must be registered and not archived, a domain be configured; returns the project's labels.

    Raises InvalidArgument.
    """
    row = connection.execute(select(projects.c.state, projects.c.labels).where(projects.c.identifier == project)).one_or_none()
    prefix = f"failed to validate that project [{project}] and domain [{domain}] are registered, err: "
    if row is None:
        raise InvalidArgument(f"{prefix}[project [{project}] not found]")
    if row.state != _ACTIVE:
        raise InvalidArgument(f"project [{project}] is not active", admin.InactiveProject(id=project))
    if domain not in context.config.domains:
        raise InvalidArgument(f"{prefix}[domain [{domain}] is unrecognized by system]")
    return admin.Labels.FromString(row.labels)


class Projects:
    """RegisterProject, UpdateProject, GetProject, ListProjects, GetDomains."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "RegisterProject": self.register,
            "UpdateProject": self.update,
            "GetProject": self.get,
            "ListProjects": self.list,
            "GetDomains": self.domains,
        }

    def register(self, request: admin.ProjectRegisterRequest, call: Call) -> admin.ProjectRegisterResponse:
        """Add a project. Raises AlreadyExists when its id is taken."""
        require(request.HasField("project"), "project")
        check_project(request.project)
        require(request.project.name, "project_name")
        if request.project.domains:
            raise InvalidArgument(
                "Domains are currently only set system wide. Please retry without domains included in your request."
            )
        with self._context.store.write() as connection:
            added = insert_new(connection, projects, _values(self._context, request.project))
        if added is None:
            raise AlreadyExists(f"value with matching already exists (project {request.project.id})")
        return admin.ProjectRegisterResponse()

    def update(self, request: admin.Project, call: Call) -> admin.ProjectUpdateResponse:
        """Set a project's name, description, labels and state. An empty name or description changes nothing."""
        check_project(request)
        values: dict[str, Any] = {
            "labels": request.labels.SerializeToString(),
            "state": request.state,
            "updated_at": self._context.clock(),
        }
        values.update({name: getattr(request, name) for name in ("name", "description") if getattr(request, name)})
        with self._context.store.write() as connection:
            changed = connection.execute(projects.update().where(projects.c.identifier == request.id).values(**values))
        if changed.rowcount == 0:
            raise NotFound(f"project [{request.id}] not found")
        return admin.ProjectUpdateResponse()

    def get(self, request: admin.ProjectGetRequest, call: Call) -> admin.Project:
        """One project, with the system's domains."""
        with self._context.store.read() as connection:
            row = connection.execute(select(*_COLUMNS).where(projects.c.identifier == request.id)).one_or_none()
        if row is None:
            raise NotFound(f"project [{request.id}] not found")
        return self._project(row)

    def list(self, request: admin.ProjectListRequest, call: Call) -> admin.Projects:
        """Projects by id; all of them when ``limit`` is 0; archived ones only when there are filters."""
        scope = [] if request.filters else [projects.c.state != admin.Project.ARCHIVED]
        page = read_list(self._context, _LIST, scope, _unlimited(request))
        return admin.Projects(projects=[self._project(row) for row in page.rows], token=page.token)

    def domains(self, request: admin.GetDomainRequest, call: Call) -> admin.GetDomainsResponse:
        """The domains that every project has."""
        return admin.GetDomainsResponse(domains=self._domains())

    def _domains(self) -> Sequence[admin.Domain]:
        return [admin.Domain(id=domain, name=domain) for domain in self._context.config.domains]

    def _project(self, row: Row[Any]) -> admin.Project:
        return admin.Project(
            id=row.identifier,
            name=row.name,
            description=row.description,
            labels=admin.Labels.FromString(row.labels),
            state=row.state,
            domains=self._domains(),
        )


def _unlimited(request: admin.ProjectListRequest) -> admin.ProjectListRequest:
    if request.limit:
        return request
    whole = admin.ProjectListRequest(limit=MAX_LIMIT)
    whole.MergeFrom(request)
    return whole


def _values(context: Context, project: admin.Project) -> dict[str, Any]:
    return {
        "identifier": project.id,
        "name": project.name,
        "description": project.description,
        "labels": project.labels.SerializeToString(),
        "state": _ACTIVE,
        "created_at": context.clock(),
        "updated_at": context.clock(),
    }

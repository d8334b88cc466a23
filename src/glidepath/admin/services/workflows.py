"""Workflows: compiled when they are registered, so that what is stored can run."""

from typing import Any

from sqlalchemy import Connection, Row, select

from glidepath.admin.errors import AdminError, InvalidArgument, NotFound, missing_identifier
from glidepath.admin.registration import check_size, different, identical
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.descriptions import remember_description, short_description
from glidepath.admin.services.launch_plans import load_interfaces
from glidepath.admin.services.listing import ListOf, named_scope, read_list
from glidepath.admin.services.names import remember_name
from glidepath.admin.services.projects import require_active
from glidepath.admin.services.tasks import load_tasks
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import WORKFLOW
from glidepath.admin.store.rows import entity_key, identifier_from, timestamp
from glidepath.admin.store.schema import ENTITY_KEY, workflows
from glidepath.admin.validation import require, require_identifier
from glidepath.compiler import CompilationError, compile_workflow, requirements
from glidepath.idl import admin, core
from glidepath.idl.hashes import digest
from glidepath.idl.text import compact_text

_COLUMNS = tuple(workflows.c[name] for name in (*ENTITY_KEY, "short_description", "created_at", "typed_interface"))
_LIST = ListOf("ListWorkflows", WORKFLOW, _COLUMNS)
CLOSURES = "closures"
"""The folder of compiled closures below the metadata root; a closure's name is the hash of its bytes."""


class Workflows:
    """CreateWorkflow, GetWorkflow, ListWorkflows."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"CreateWorkflow": self.create, "GetWorkflow": self.get, "ListWorkflows": self.list}

    def create(self, request: admin.WorkflowCreateRequest, call: Call) -> admin.WorkflowCreateResponse:
        """Compile and register a version. AlreadyExists when the same is there, InvalidArgument when it cannot be."""
        require_identifier(request.id, core.ResourceType.WORKFLOW)
        require(request.HasField("spec") and request.spec.HasField("template"), "spec")
        with self._context.store.read() as connection:
            require_active(connection, self._context, request.id.project, request.id.domain)
            closure = self._compile(connection, request)
        check_size(closure, self._context.config.limits.workflow_nodes)
        uri = self._context.keep(CLOSURES, closure)
        fingerprint = digest(closure)
        with self._context.store.write() as connection:
            if not insert_workflow(connection, self._context, closure, uri, fingerprint, request.spec.description):
                old = connection.execute(_stored(request.id)).one()
                if old.digest == fingerprint:
                    raise identical("workflow", closure)
                raise different("workflow", self._closure(old.remote_closure_identifier), closure)
        return admin.WorkflowCreateResponse()

    def get(self, request: admin.ObjectGetRequest, call: Call) -> admin.Workflow:
        """One version with its whole compiled closure."""
        require_identifier(request.id, core.ResourceType.WORKFLOW)
        with self._context.store.read() as connection:
            row = connection.execute(_stored(request.id)).one_or_none()
        if row is None:
            raise missing_identifier(request.id)
        return admin.Workflow(
            id=request.id,
            short_description=row.short_description,
            closure=admin.WorkflowClosure(
                compiled_workflow=self._closure(row.remote_closure_identifier), created_at=timestamp(row.created_at)
            ),
        )

    def list(self, request: admin.ResourceListRequest, call: Call) -> admin.WorkflowList:
        """Versions of workflows in a project and domain, or of one name; each with its interface, without its nodes."""
        page = read_list(self._context, _LIST, named_scope(workflows, request.id), request)
        return admin.WorkflowList(workflows=[_workflow(row) for row in page.rows], token=page.token)

    def _compile(self, connection: Connection, request: admin.WorkflowCreateRequest) -> core.CompiledWorkflowClosure:
        template = core.WorkflowTemplate()
        template.CopyFrom(request.spec.template)
        template.id.CopyFrom(request.id)
        try:
            needed = requirements(template, request.spec.sub_workflows)
            tasks = load_tasks(connection, needed.tasks)
            plans = load_interfaces(connection, needed.launch_plans)
            return compile_workflow(template, request.spec.sub_workflows, tasks, plans)
        except (CompilationError, NotFound) as error:
            text = error.message if isinstance(error, AdminError) else str(error)
            raise InvalidArgument(f"failed to compile workflow for [{compact_text(request.id)}] with err: {text}") from error

    def _closure(self, uri: str) -> core.CompiledWorkflowClosure:
        return core.CompiledWorkflowClosure.FromString(self._context.storage.get(uri))


def insert_workflow(
    connection: Connection,
    context: Context,
    closure: core.CompiledWorkflowClosure,
    uri: str,
    fingerprint: bytes,
    description: admin.DescriptionEntity,
) -> bool:
    """Add a compiled workflow whose closure lies at ``uri``, its name and description. False when its id is taken."""
    now = context.clock()
    template = closure.primary.template
    values = {
        **entity_key(template.id),
        "digest": fingerprint,
        "short_description": short_description(description),
        "created_at": now,
        "updated_at": now,
        "remote_closure_identifier": uri,
        "typed_interface": template.interface.SerializeToString(),
    }
    if insert_new(connection, workflows, values) is None:
        return False
    remember_name(connection, template.id, now)
    remember_description(connection, template.id, description, now)
    return True


def _stored(identifier: core.Identifier) -> Any:
    columns = (workflows.c.digest, workflows.c.short_description, workflows.c.created_at, workflows.c.remote_closure_identifier)
    return select(*columns).filter_by(**entity_key(identifier))


def _workflow(row: Row[Any]) -> admin.Workflow:
    found = admin.Workflow(
        id=identifier_from(core.ResourceType.WORKFLOW, row._mapping), short_description=row.short_description
    )
    found.closure.created_at.CopyFrom(timestamp(row.created_at))
    template = found.closure.compiled_workflow.primary.template
    template.id.CopyFrom(found.id)
    template.interface.MergeFromString(row.typed_interface)
    return found

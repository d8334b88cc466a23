"""The routes of the console. Paths are those of Flyte's console, since every client prints them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from glidepath.admin.errors import AdminError
from glidepath.admin.rpc import Service
from glidepath.console import views
from glidepath.console.api import Api
from glidepath.idl import admin, core, phases

if TYPE_CHECKING:
    import jinja2

_FOLDER = Path(__file__).parent
EXECUTIONS_PER_PAGE = 50
LAUNCHED_SHOWN = 200
"""Executions of an eager node that its page shows, the newest first."""
GATES_SHOWN = 20
ENTITIES_SHOWN = 100
STATIC = ("console.css", "console.js")
SCOPE = "/console/projects/{project}/domains/{domain}"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
KINDS = {
    "task": core.ResourceType.TASK,
    "workflow": core.ResourceType.WORKFLOW,
    "launch_plan": core.ResourceType.LAUNCH_PLAN,
}
_STATUS = {"NOT_FOUND": 404, "INVALID_ARGUMENT": 400}

Page = Callable[[Request], Response]


def routes(services: Iterable[Service]) -> list[BaseRoute]:
    """Every page of the console, over the services of this process."""
    pages = Pages(Api(services))
    table: list[tuple[str, Page]] = [
        ("/console", pages.home),
        (SCOPE + "/executions", pages.executions),
        (SCOPE + "/executions/{name}", pages.execution),
        (SCOPE + "/executions/{name}/nodes/{node}", pages.node),
        (SCOPE + "/{kind}", pages.entities),
        (SCOPE + "/{kind}/{name}/version/{version}", pages.entity),
        ("/console/download", pages.download),
    ]
    statics: list[BaseRoute] = [Route(f"/console/static/{name}", _static(name)) for name in STATIC]
    return statics + [Route(path, pages.guarded(page)) for path, page in table]


def _static(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return FileResponse(_FOLDER / "static" / name, headers={"Cache-Control": "max-age=300"})

    return serve


class Pages:
    """One method per page; each runs in a thread, since the services block."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @cached_property
    def _templates(self) -> jinja2.Environment:
        # Jinja takes 80 ms to load; a server is healthy without it.
        from glidepath.console.templating import environment

        return environment()

    def guarded(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The page, with a refusal of the API shown as a page of its own."""

        async def serve(request: Request) -> Response:
            try:
                return await run_in_threadpool(page, request)
            except AdminError as error:
                status = _STATUS.get(error.status, 500)
                return await run_in_threadpool(self._render, "error.html", status, message=error.message)

        return serve

    def home(self, request: Request) -> Response:
        return self._render("home.html", projects=self._api.projects())

    def executions(self, request: Request) -> Response:
        project, domain = _scope(request)
        found = self._api.executions(project, domain, request.query_params.get("token", ""), EXECUTIONS_PER_PAGE)
        rows = [(item, *self._summary(item)) for item in found.executions]
        return self._render("executions.html", project=project, domain=domain, rows=rows, token=found.token)

    def execution(self, request: Request) -> Response:
        identifier = _execution(request)
        found, data = self._api.execution(identifier), self._api.execution_data(identifier)
        phase, duration = self._summary(found)
        table = views.NodeTable(self._api, identifier, _now())
        nodes, token = table.page("", request.query_params.get("token", ""))
        live = found.closure.phase not in phases.TERMINAL_WORKFLOW_PHASES
        return self._render(
            "execution.html",
            id=identifier,
            execution=found,
            phase=phase,
            duration=duration,
            live=live,
            gates=self._api.unanswered(identifier, GATES_SHOWN) if live else [],
            mode=_mode(found.spec.metadata.mode),
            inputs=views.values(data.full_inputs),
            outputs=views.values(data.full_outputs),
            nodes=nodes,
            token=token,
        )

    def node(self, request: Request) -> Response:
        identifier = _execution(request)
        node = core.NodeExecutionIdentifier(node_id=request.path_params["node"], execution_id=identifier)
        table = views.NodeTable(self._api, identifier, _now())
        found = self._api.node(node)
        nodes, token = table.page(node.node_id, request.query_params.get("token", ""))
        live = found.closure.phase not in phases.TERMINAL_NODE_PHASES
        row = table.row(found)
        launched = self._api.launched_by(node, LAUNCHED_SHOWN) if found.metadata.is_eager else []
        rows = [(item, *self._summary(item)) for item in launched]
        return self._render("node.html", id=identifier, node=row, nodes=nodes, token=token, live=live, launched=rows)

    def entities(self, request: Request) -> Response:
        project, domain = _scope(request)
        kind = request.path_params["kind"].removesuffix("s")
        if kind not in KINDS:
            return self._render("error.html", 404, message=f"there is no page for {kind!r}")
        found = list(self._api.entities(KINDS[kind], project, domain, ENTITIES_SHOWN))
        return self._render("entities.html", project=project, domain=domain, kind=kind, found=found, shown=ENTITIES_SHOWN)

    def entity(self, request: Request) -> Response:
        project, domain = _scope(request)
        kind = request.path_params["kind"]
        if kind not in KINDS:
            return self._render("error.html", 404, message=f"there is no page for {kind!r}")
        name, version = request.path_params["name"], request.path_params["version"]
        identifier = core.Identifier(resource_type=KINDS[kind], project=project, domain=domain, name=name, version=version)
        found = self._api.entity(identifier)
        document = json_format.MessageToJson(found, preserving_proto_field_name=True)
        inputs, outputs = _interface(found, kind)
        return self._render(
            "entity.html", kind=kind, id=found.id, found=found, inputs=inputs, outputs=outputs, document=document
        )

    def download(self, request: Request) -> Response:
        """To a fresh signed URL of an object: a link on a page must not expire while the page is open."""
        return RedirectResponse(self._api.download_url(request.query_params.get("uri", "")))

    def _summary(self, execution: Any) -> tuple[str, str]:
        closure = execution.closure
        ended = closure.phase in phases.TERMINAL_WORKFLOW_PHASES
        phase = core.WorkflowExecution.Phase.Name(closure.phase)
        return phase, views.duration(closure.started_at, closure.duration, _now(), ended=ended)

    def _render(self, template: str, status: int = 200, **context: Any) -> Response:
        page = self._templates.get_template(template).render(**{"live": False, **context})
        return HTMLResponse(page, status, HEADERS)


def _interface(found: Any, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if kind == "launch_plan":
        parameters = found.closure.expected_inputs.parameters.items()
        return {key: item.var for key, item in parameters}, dict(found.closure.expected_outputs.variables)
    closure = found.closure
    template = closure.compiled_task.template if kind == "task" else closure.compiled_workflow.primary.template
    return dict(template.interface.inputs.variables), dict(template.interface.outputs.variables)


def _mode(mode: int) -> str:
    name: str = admin.ExecutionMetadata.ExecutionMode.Name(mode)
    return name.lower()


def _scope(request: Request) -> tuple[str, str]:
    return request.path_params["project"], request.path_params["domain"]


def _execution(request: Request) -> core.WorkflowExecutionIdentifier:
    project, domain = _scope(request)
    return core.WorkflowExecutionIdentifier(project=project, domain=domain, name=request.path_params["name"])


def _now() -> datetime:
    return datetime.now(timezone.utc)

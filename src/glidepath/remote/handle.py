"""FlyteRemote: one control plane as an object. Reference: flytekit.md 6."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glidepath.authoring.entity import Entity
from glidepath.authoring.images import ImageConfig
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflows import WorkflowBase
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import LoadedModule, LoadedSources, load_file
from glidepath.bundle.making import BundleOptions, make_bundle
from glidepath.clients.upload import Destination, md5_of
from glidepath.errors import FlyteEntityNotExistException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.remote import console, deployment, reading, waiting
from glidepath.remote.connection import HasId
from glidepath.remote.deployment import Deployment, RegisterSettings, Target
from glidepath.remote.entities import Fetched, FlyteLaunchPlan, FlyteTask, FlyteWorkflow
from glidepath.remote.executions import Data, FlyteNodeExecution, FlyteTaskExecution, FlyteWorkflowExecution
from glidepath.remote.gates import Gates
from glidepath.remote.launch import ExecuteSettings, Launch, launch_of, literals_of, request_of
from glidepath.remote.outputs import LiteralsResolver
from glidepath.remote.recovering import Recovery, changes_of

if TYPE_CHECKING:
    from typing_extensions import Unpack


_PROJECT, _DOMAIN = "flytesnacks", "development"


class FlyteRemote(Gates):
    """A control plane: fetch and register entities, launch executions, wait for them, read what they made.

    Makes no call before it is used. Errors are those of the clients: FlyteEntityNotExistException,
    FlyteSystemUnavailableException, FlyteInvalidInputException and their kin.
    """

    # Fetch. Without a version the newest one, by time of registration.

    def fetch_task(
        self, project: str | None = None, domain: str | None = None, name: str = "", version: str | None = None
    ) -> FlyteTask:
        scope = self._scope(project, domain, name)
        if version:
            return FlyteTask.of(self.client.task(*scope, version))
        return FlyteTask.of(_found(self.client.latest_task(*scope), "task", name))

    def fetch_workflow(
        self, project: str | None = None, domain: str | None = None, name: str = "", version: str | None = None
    ) -> FlyteWorkflow:
        scope = self._scope(project, domain, name)
        if version:
            return FlyteWorkflow.of(self.client.workflow(*scope, version))
        return FlyteWorkflow.of(_found(self.client.latest_workflow(*scope), "workflow", name))

    def fetch_launch_plan(
        self, project: str | None = None, domain: str | None = None, name: str = "", version: str | None = None
    ) -> FlyteLaunchPlan:
        scope = self._scope(project, domain, name)
        if version:
            return FlyteLaunchPlan.of(self.client.launch_plan(*scope, version))
        return FlyteLaunchPlan.of(_found(self.client.latest_launch_plan(*scope), "launch plan", name))

    def fetch_active_launchplan(
        self, project: str | None = None, domain: str | None = None, name: str = ""
    ) -> FlyteLaunchPlan | None:
        found = self.client.active_launch_plan(*self._scope(project, domain, name))
        return FlyteLaunchPlan.of(found) if found else None

    def fetch_execution(self, project: str | None = None, domain: str | None = None, name: str = "") -> FlyteWorkflowExecution:
        return FlyteWorkflowExecution(self, self.execution_message(self._execution_id(name, project, domain)))

    # Register.

    def deploy(
        self,
        sources: LoadedSources | LoadedModule,
        target: Target,
        options: BundleOptions | None = None,
        only: Entity[..., Any] | None = None,
    ) -> Deployment:
        """Pack the code of loaded sources, upload it, and register their entities (or ``only`` one) with all that they use.

        Raises what the control plane refuses an entity with; what is there already, and the same, counts as registered.
        """
        with tempfile.TemporaryDirectory(prefix="glidepath-") as folder:
            bundle = make_bundle(sources, options or BundleOptions(), Path(folder))
            if only is not None:
                bundle = replace(bundle, entities=(only,))
            prepared = deployment.prepare(bundle, target, self.uploader(target.project, target.domain))
        results = self.client.register_all(prepared.entities)
        failed = next((result for result in results if result.error), None)
        if failed is not None and failed.error is not None:
            raise failed.error
        return prepared

    def register_script(self, entity: Entity[..., Any], **settings: Unpack[RegisterSettings]) -> Fetched:
        """Register an entity of this process and all that it uses, with the code below the root of its file.

        Returns what can be launched: the task or the launch plan; of a workflow the launch plan of its own name.
        """
        images = settings.get("image_config") or ImageConfig.of()
        target = Target(
            project=settings.get("project") or self.default_project,
            domain=settings.get("domain") or self.default_domain,
            version=settings.get("version") or "",
            image_config=images,
            env=settings.get("envs") or {},
            destination=settings.get("destination_dir") or ".",
        )
        copy = CopyFiles.ALL if settings.get("copy_all") else CopyFiles.AUTO
        if settings.get("code_in_image"):
            copy = CopyFiles.NONE
        module = load_file(Path(entity.source.file))
        return self.deploy(module, target, BundleOptions(copy), only=entity).registered(entity)

    def register_task(self, entity: Task[..., Any], **settings: Unpack[RegisterSettings]) -> FlyteTask:
        """Register a task; returns it as the control plane holds it."""
        task = self.register_script(entity, **settings).id
        return self.fetch_task(task.project, task.domain, task.name, task.version)

    def register_workflow(self, entity: WorkflowBase[..., Any], **settings: Unpack[RegisterSettings]) -> FlyteWorkflow:
        """Register a workflow and its default launch plan; returns it as the control plane holds it."""
        plan = self.register_script(entity, **settings).id
        return self.fetch_workflow(plan.project, plan.domain, plan.name, plan.version)

    def register_launch_plan(self, entity: LaunchPlan, **settings: Unpack[RegisterSettings]) -> FlyteLaunchPlan:
        """Register a launch plan and its workflow; returns it as the control plane holds it."""
        plan = self.register_script(entity, **settings).id
        return self.fetch_launch_plan(plan.project, plan.domain, plan.name, plan.version)

    def uploader(self, project: str, domain: str) -> deployment.Upload:
        """Uploads files of a project and domain through the control plane."""
        return lambda path: self.client.upload(path, Destination(project, domain, path.name))

    # Launch.

    def launch(
        self, entity: Fetched, inputs: Mapping[str, Any], launch: Launch, types: Mapping[str, Any] | None = None
    ) -> FlyteWorkflowExecution:
        """Start an execution. Names and types of inputs are checked before anything is sent."""
        if isinstance(entity, FlyteWorkflow):
            key = entity.id
            entity = self.fetch_launch_plan(key.project, key.domain, key.name, key.version)
        ctx = self.context(launch.project, launch.domain)
        literals = literals_of(inputs, entity.parameters, types or {}, ctx)
        return self._handle(self.client.create_execution(request_of(launch, entity.id, literals)))

    def execute(
        self,
        entity: Fetched | Entity[..., Any],
        inputs: Mapping[str, Any] | None = None,
        *,
        wait: bool = False,
        type_hints: Mapping[str, Any] | None = None,
        **settings: Unpack[ExecuteSettings],
    ) -> FlyteWorkflowExecution:
        """Start an execution of a fetched entity, or of a task, workflow or launch plan of this process.

        One of this process is registered first, with the loaded code below its root; with ``version`` that registered version
        runs, if there is one. ``type_hints`` says which Python types inputs have, where literal types alone do not tell.
        """
        launch = launch_of(settings, self.default_project, self.default_domain)
        types: Mapping[str, Any] = type_hints or {}
        values = dict(inputs or {})
        if isinstance(entity, Entity):
            types = {**{name: parameter.python_type for name, parameter in entity.interface.inputs.items()}, **types}
            if isinstance(entity, Task):
                # A control plane knows no defaults of a task.
                values = entity.interface.completed(values)
            entity = self._registered(entity, settings)
        execution = self.launch(entity, values, launch, types)
        return execution.wait() if wait else execution

    def _registered(self, entity: Entity[..., Any], settings: ExecuteSettings) -> Fetched:
        chosen: RegisterSettings = {
            "project": settings.get("project"),
            "domain": settings.get("domain"),
            "version": settings.get("version"),
            "image_config": settings.get("image_config"),
        }
        if settings.get("version"):
            try:
                return self._fetch_like(entity, chosen)
            except FlyteEntityNotExistException:
                return self.register_script(entity, **chosen)
        return self.register_script(entity, **chosen)

    def _fetch_like(self, entity: Entity[..., Any], settings: RegisterSettings) -> Fetched:
        scope = settings.get("project"), settings.get("domain"), entity.name, settings.get("version")
        # A workflow runs through the launch plan of its own name.
        return self.fetch_task(*scope) if isinstance(entity, Task) else self.fetch_launch_plan(*scope)

    # Follow.

    def wait(
        self,
        execution: FlyteWorkflowExecution,
        timeout: timedelta | float | None = None,
        poll_interval: timedelta | float | None = None,
        sync_nodes: bool = True,
    ) -> FlyteWorkflowExecution:
        """Wait for the end of an execution, at most ``timeout`` seconds (FlyteTimeout). A server of ours tells at once; others
        are asked every 50 ms at first, every 2 s later, or every ``poll_interval``."""
        return execution.wait(timeout, poll_interval, sync_nodes)

    def sync(self, execution: FlyteWorkflowExecution, sync_nodes: bool = False) -> FlyteWorkflowExecution:
        """Ask again for the state of an execution; with ``sync_nodes`` read its whole tree of nodes and attempts at once."""
        execution.sync()
        if sync_nodes:
            reading.read_tree(execution)
        return execution

    sync_execution = sync

    def terminate(self, execution: FlyteWorkflowExecution, cause: str) -> None:
        """Ask the control plane to abort an execution."""
        self.client.terminate(execution.id, cause)

    def relaunch(self, execution: HasId | str, name: str = "", overwrite_cache: bool = False) -> FlyteWorkflowExecution:
        """Run an execution again, whole, with the inputs that it was given."""
        return self._handle(self.client.relaunch(self._execution_id(execution), name, overwrite_cache))

    def recover(
        self,
        execution: HasId | str,
        name: str = "",
        *,
        version: str = "",
        inputs: Mapping[str, Any] | None = None,
        from_node: str = "",
    ) -> FlyteWorkflowExecution:
        """Run an execution again without what succeeded in it.

        ``version`` runs other code, ``inputs`` (Python values) change some inputs, ``from_node`` runs a node (by unique id) and
        what depends on it again; what still fits is taken over then. Only a Glidepath server knows these three.
        """
        source, recovery = self._execution_id(execution), Recovery(version, inputs or {}, from_node)
        return self._handle(self.client.recover(source, name, changes_of(self.client.raw, source, recovery, self.context)))

    def upload_file(
        self, to_upload: str | Path, project: str | None = None, domain: str | None = None, filename: str | None = None
    ) -> tuple[bytes, str]:
        """Upload a file; returns its MD5 and the URI from which tasks read it."""
        path = Path(to_upload)
        if not path.is_file():
            raise FlyteValueException(f"{path} is not a file")
        project, domain = project or self.default_project, domain or self.default_domain
        return md5_of(path), self.client.upload(path, Destination(project, domain, filename or path.name))

    def generate_console_url(self, entity: FlyteWorkflowExecution | FlyteNodeExecution | FlyteTaskExecution | Fetched) -> str:
        """The page of an execution or an entity in the console."""
        if isinstance(entity, FlyteWorkflowExecution):
            return entity.execution_url
        if isinstance(entity, FlyteNodeExecution):
            return self.url_of(entity.id.execution_id)
        if isinstance(entity, FlyteTaskExecution):
            return self.url_of(entity.id.node_execution_id.execution_id)
        return console.entity_url(self.config, entity.id)

    # What handles ask for (remote.executions.Source).

    def url_of(self, execution: core.WorkflowExecutionIdentifier) -> str:
        return console.execution_url(self.config, execution)

    def execution_message(self, execution: core.WorkflowExecutionIdentifier) -> admin.Execution:
        return self.client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=execution))

    def nodes_of(self, execution: FlyteWorkflowExecution) -> dict[str, FlyteNodeExecution]:
        return reading.nodes_of(self.client, self, execution)

    def children_of(self, node: FlyteNodeExecution) -> dict[str, FlyteNodeExecution]:
        return reading.children_of(self.client, self, node)

    def attempts_of(self, node: FlyteNodeExecution) -> list[FlyteTaskExecution]:
        return [FlyteTaskExecution(self, message) for message in self.client.task_executions(node.id)]

    def data_of(self, handle: FlyteWorkflowExecution | FlyteNodeExecution | FlyteTaskExecution) -> Data:
        return reading.read_data(self.client, self.storage, handle)

    def workflow_of(self, execution: FlyteWorkflowExecution) -> FlyteWorkflow:
        if not execution.closure.HasField("workflow_id"):
            execution.sync()
        return FlyteWorkflow.of(self.client.raw.get_workflow(admin.ObjectGetRequest(id=execution.closure.workflow_id)))

    def resolver(self, literals: core.LiteralMap, variables: Callable[[], Mapping[str, core.Variable]]) -> LiteralsResolver:
        return LiteralsResolver(literals.literals, variables, self.context())

    def finish(
        self, execution: FlyteWorkflowExecution, timeout: timedelta | float | None, interval: timedelta | float | None
    ) -> admin.Execution:
        return self.until_done(execution.id, timeout, interval)

    def until_done(
        self,
        execution: core.WorkflowExecutionIdentifier,
        timeout: timedelta | float | None = None,
        interval: timedelta | float | None = None,
        on_poll: Callable[[admin.Execution], None] | None = None,
    ) -> admin.Execution:
        """An execution once it has ended; a server of ours tells at once. ``on_poll`` sees it while it runs."""
        request = admin.WorkflowExecutionGetRequest(id=execution)
        return waiting.until_done(
            lambda: self.client.raw.get_execution(request),
            timeout=timeout,
            interval=interval,
            on_poll=on_poll,
            get_ended=lambda seconds: self.client.raw.get_ended_execution(request, seconds),
        )

    def _handle(self, identifier: core.WorkflowExecutionIdentifier) -> FlyteWorkflowExecution:
        return FlyteWorkflowExecution(self, admin.Execution(id=identifier))


def _found(entity: Any, kind: str, name: str) -> Any:
    if entity is None:
        raise FlyteEntityNotExistException(f"there is no {kind} {name!r}", hint="check project, domain and name")
    return entity


GlidepathRemote = FlyteRemote

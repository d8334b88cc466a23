"""Executions of one cached node, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from admin_specs import task
from orchestrated import Server, node

from glidepath.idl import admin, core

Servers = Callable[[], Server]


def cached_task(name: str, version: str = "1", serialize: bool = False, ignored: tuple[str, ...] = ()) -> Any:
    request = task(name)
    metadata = request.spec.template.metadata
    metadata.discoverable, metadata.discovery_version, metadata.cache_serializable = True, version, serialize
    metadata.cache_ignore_input_vars.extend(ignored)
    return request


def with_one_node(server: Server, request: Any, workflow: str = "cached") -> core.Identifier:
    server.call("CreateTask", request)
    return server.register_graph(workflow, [node("a", runs=request.id.name)])


def told(server: Server, execution: core.WorkflowExecutionIdentifier, uid: str = "a") -> admin.NodeExecutionClosure:
    where = core.NodeExecutionIdentifier(node_id=uid, execution_id=execution)
    return server.call("GetNodeExecution", admin.NodeExecutionGetRequest(id=where)).closure


def status(server: Server, execution: core.WorkflowExecutionIdentifier, uid: str = "a") -> str:
    return core.CatalogCacheStatus.Name(told(server, execution, uid).task_node_metadata.cache_status)

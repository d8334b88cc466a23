"""Task templates to compiled tasks (reference: flytectl-and-admin.md, D2, step 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from glidepath.compiler import errors as kinds
from glidepath.compiler.errors import ErrorCollector
from glidepath.compiler.quantities import is_quantity
from glidepath.idl import core

_ROOT = "root"
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)


def compile_task(template: core.TaskTemplate) -> core.CompiledTask:
    """Check a task by itself. The argument is not changed.

    Needed are an id; for a container an image, amounts that Kubernetes can read, and, when there are inputs or outputs, a
    command or arguments; for a pod a spec whose containers have DNS labels for names.

    Raises:
        CompilationError: with every error found.
    """
    errors = ErrorCollector()
    if not template.HasField("id"):
        errors.add(kinds.VALUE_REQUIRED, _ROOT, "Id")
    target = template.WhichOneof("target")
    if target == "container":
        _check_container(template, errors)
    elif target == "k8s_pod":
        _check_pod(template.k8s_pod, errors)
    errors.raise_if_any()
    return core.CompiledTask(template=template)


def _check_container(template: core.TaskTemplate, errors: ErrorCollector) -> None:
    container, interface = template.container, template.interface
    exchanges_data = interface.inputs.variables or interface.outputs.variables
    if exchanges_data and not container.command and not container.args:
        errors.add(kinds.VALUE_REQUIRED, "container", "command")
    if not container.image:
        errors.add(kinds.VALUE_REQUIRED, "container", "image")
    _check_resources(container.resources.requests, errors)
    _check_resources(container.resources.limits, errors)


def _check_resources(entries: Iterable[core.Resources.ResourceEntry], errors: ErrorCollector) -> None:
    for entry in entries:
        if not is_quantity(entry.value):
            known = core.Resources.ResourceName.keys()
            name = core.Resources.ResourceName.Name(entry.name) if entry.name < len(known) else str(entry.name)
            errors.add(kinds.UNRECOGNIZED_VALUE, f"resources.{name}", entry.value)


def _check_pod(pod: core.K8sPod, errors: ErrorCollector) -> None:
    if not pod.HasField("pod_spec"):
        errors.add(kinds.VALUE_REQUIRED, _ROOT, "k8s pod")
        return
    # Only pods need protobuf's JSON, 1 ms of every start otherwise.
    from google.protobuf.json_format import MessageToDict

    containers = MessageToDict(pod.pod_spec).get("containers", [])
    if not isinstance(containers, list) or not all(isinstance(each, dict) for each in containers):
        errors.add(kinds.INVALID_VALUE, _ROOT, "k8s pod spec")
        return
    for each in containers:
        name = each.get("name", "")
        if not isinstance(name, str) or not _DNS_LABEL.fullmatch(name):
            errors.add(kinds.INVALID_VALUE, _ROOT, "k8s pod spec container name")

"""Specs and the packages that hold them."""

import gzip
import io
import tarfile
from pathlib import Path

from glidepath.idl import admin, core

S = core.SimpleType


def variables(**types):
    return core.VariableMap(
        variables={name: core.Variable(type=kind, description=f"the {name}") for name, kind in types.items()}
    )


def simple(kind):
    return core.LiteralType(simple=kind)


def task(name="hello.greet", args=("pyflyte-execute",), version=""):
    template = core.TaskTemplate(
        id=core.Identifier(resource_type=core.ResourceType.TASK, name=name, version=version),
        type="python-task",
        container=core.Container(image="img", args=args),
        interface=core.TypedInterface(
            inputs=variables(name=simple(S.STRING), times=simple(S.INTEGER)), outputs=variables(o0=simple(S.STRING))
        ),
    )
    return admin.TaskSpec(template=template)


def workflow(name="hello.wf", calls="hello.greet", version=""):
    node = core.Node(
        id="n0", task_node=core.TaskNode(reference_id=core.Identifier(resource_type=1, name=calls, version=version))
    )
    interface = core.TypedInterface(inputs=variables(name=simple(S.STRING)))
    identifier = core.Identifier(resource_type=2, name=name, version=version)
    return admin.WorkflowSpec(template=core.WorkflowTemplate(id=identifier, interface=interface, nodes=[node]))


def plan(name="hello.wf", schedule="", version=""):
    parameter = core.Parameter(var=core.Variable(type=simple(S.STRING), description="who"), required=True)
    spec = admin.LaunchPlanSpec(
        workflow_id=core.Identifier(resource_type=2, name=name, version=version),
        default_inputs=core.ParameterMap(parameters={"name": parameter}),
    )
    if schedule:
        spec.entity_metadata.schedule.cron_schedule.schedule = schedule
    return admin.LaunchPlan(id=core.Identifier(resource_type=3, name=name, version=version), spec=spec)


def package(path: Path, members=None, code: bytes | None = None) -> Path:
    """A .tgz as pyflyte package writes it."""
    files = members or {
        "0_hello.greet_1.pb": task(args=["x", "{{ .remote_package_path }}", "{{ .dest_dir }}"]).SerializeToString(),
        "1_hello.wf_2.pb": workflow().SerializeToString(),
        "2_hello.wf_3.pb": plan().SerializeToString(),
    }
    if code is not None:
        files["fast0123.tar.gz"] = gzip.compress(code)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path

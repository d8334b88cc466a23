"""What a task needs before it is accepted."""

import pytest
from compiler_specs import INT, interface, task_id
from google.protobuf.struct_pb2 import Struct

from glidepath.compiler import CompilationError, compile_task
from glidepath.compiler.quantities import is_quantity
from glidepath.idl import core


def container(**fields: object) -> core.Container:
    return core.Container(**{"image": "i", "args": ["run"], **fields})  # type: ignore[arg-type]


def template(**fields: object) -> core.TaskTemplate:
    return core.TaskTemplate(**{"id": task_id("t"), "interface": interface({"a": INT}, {}), **fields})  # type: ignore[arg-type]


def pod(spec: dict[str, object]) -> core.K8sPod:
    pod_spec = Struct()
    pod_spec.update(spec)
    return core.K8sPod(pod_spec=pod_spec)


def errors_of(task: core.TaskTemplate) -> list[str]:
    try:
        compile_task(task)
    except CompilationError as found:
        return [f"{each.code}@{each.node_id}: {each.description}" for each in found.errors]
    return []


def test_a_compiled_task_holds_a_copy_of_its_template() -> None:
    given = template(container=container())
    compiled = compile_task(given)
    assert compiled.template == given
    given.type = "changed"
    assert compiled.template.type == ""


def test_an_id_is_required() -> None:
    assert errors_of(core.TaskTemplate()) == ["ValueRequired@root: Value required [Id]."]


def test_a_container_with_data_needs_a_command_or_arguments() -> None:
    assert errors_of(template(container=core.Container(image="i"))) == ["ValueRequired@container: Value required [command]."]
    assert errors_of(template(container=core.Container(image="i", command=["c"]))) == []
    assert errors_of(template(container=core.Container(image="i"), interface=core.TypedInterface())) == []


def test_a_container_needs_an_image() -> None:
    assert errors_of(template(container=container(image=""))) == ["ValueRequired@container: Value required [image]."]


def test_resources_must_be_quantities() -> None:
    entries = [core.Resources.ResourceEntry(name=core.Resources.CPU, value="lots")]
    limits = [core.Resources.ResourceEntry(name=core.Resources.MEMORY, value="1 GB")]
    resources = core.Resources(requests=entries, limits=limits)
    assert errors_of(template(container=container(resources=resources))) == [
        "UnrecognizedValue@resources.CPU: Unrecognized value [lots].",
        "UnrecognizedValue@resources.MEMORY: Unrecognized value [1 GB].",
    ]


@pytest.mark.parametrize("text", ["1", "0.5", ".5", "500m", "2Gi", "2G", "1e3", "1E-3", "+1", "-1", "128974848", "5n", "1."])
def test_quantities(text: str) -> None:
    assert is_quantity(text) is True


@pytest.mark.parametrize("text", ["", "Gi", "1gb", "1 Gi", "1KB", "m", "1.2.3", "1e", "٣"])
def test_what_is_no_quantity(text: str) -> None:
    assert is_quantity(text) is False


def test_a_pod_needs_a_spec() -> None:
    assert errors_of(template(k8s_pod=core.K8sPod())) == ["ValueRequired@root: Value required [k8s pod]."]


def test_a_pod_spec_must_be_one() -> None:
    assert errors_of(template(k8s_pod=pod({"containers": "none"}))) == ["InvalidValue@root: Invalid value [k8s pod spec]."]


def test_the_containers_of_a_pod_have_dns_labels_for_names() -> None:
    assert errors_of(template(k8s_pod=pod({"containers": [{"name": "Primary_1"}]}))) == [
        "InvalidValue@root: Invalid value [k8s pod spec container name]."
    ]
    assert errors_of(template(k8s_pod=pod({"containers": [{"name": "primary-1"}]}))) == []

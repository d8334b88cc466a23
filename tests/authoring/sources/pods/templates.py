# ruff: noqa  (the sources show every way in which users write things)
"""Pod templates; a package of its own, since the Kubernetes client is not installed everywhere."""

from flytekit import PodTemplate, Resources, Secret, task, workflow
from kubernetes.client import (
    V1ConfigMapEnvSource,
    V1Container,
    V1EmptyDirVolumeSource,
    V1EnvFromSource,
    V1EnvVar,
    V1PodSpec,
    V1ResourceRequirements,
    V1Toleration,
    V1Volume,
    V1VolumeMount,
)

AMOUNTS = V1ResourceRequirements(requests={"cpu": "9"}, limits={"memory": "1"})


@task(pod_template=PodTemplate())
def empty() -> None: ...


@task(
    pod_template=PodTemplate(
        primary_container_name="main",
        labels={"l": "1"},
        annotations={"x": "y"},
        pod_spec=V1PodSpec(
            restart_policy="Never",
            node_selector={"a": "b"},
            tolerations=[V1Toleration(key="k", operator="Exists", toleration_seconds=5)],
            init_containers=[V1Container(name="init", image="{{.image.default}}")],
            containers=[
                V1Container(name="sidecar", image="{{.image.default.fqn}}:side"),
                V1Container(
                    name="main",
                    image="mine:1",
                    command=["x"],
                    args=["y"],
                    env=[V1EnvVar(name="E", value="1"), V1EnvVar(name="A", value="zz")],
                    env_from=[V1EnvFromSource(config_map_ref=V1ConfigMapEnvSource(name="q"))],
                    resources=AMOUNTS,
                    volume_mounts=[V1VolumeMount(name="v", mount_path="/v")],
                ),
            ],
            volumes=[V1Volume(name="v", empty_dir=V1EmptyDirVolumeSource(medium="Memory"))],
        ),
    ),
    container_image="own:1",
    requests=Resources(cpu="1", mem="1Gi"),
    limits=Resources(gpu="1", ephemeral_storage="1Gi"),
    environment={"A": "9"},
    secret_requests=[Secret(group="g", key="k")],
    pod_template_name="named",
    shared_memory=True,
)
def full() -> None: ...


def with_amounts(**changes) -> PodTemplate:
    return PodTemplate(pod_spec=V1PodSpec(containers=[V1Container(name="primary", resources=AMOUNTS, **changes)]))


@task(pod_template=with_amounts())
def amounts_of_the_template() -> None: ...


@task(pod_template=with_amounts(), requests=Resources(cpu="1"))
def requests_of_the_task() -> None: ...


@task(pod_template=with_amounts(), container_image="own:1")
def image_of_the_task() -> None: ...


@task(pod_template=with_amounts(image="{{.image.default.fqn}}:w"), container_image="own:1")
def image_of_the_template() -> None: ...


@workflow
def overrides_wf() -> None:
    empty().with_overrides(pod_template=with_amounts(image="{{.image.default}}"))
    empty().with_overrides(pod_template=PodTemplate(primary_container_name="other"), container_image="over:1")

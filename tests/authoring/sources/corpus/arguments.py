# ruff: noqa  (the sources show every way in which users write things)
"""Tasks, each with another argument that reaches the wire."""

from datetime import timedelta

from flytekit import Cache, CachePolicy, Description, Documentation, Resources, Secret, SourceCode, VersionParameters, task
from flytekit.extras.accelerators import A100, GPUAccelerator, T4, V5E


class FixedPolicy(CachePolicy):
    """A version that depends on nothing but the salt and the image."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        return f"{salt}-{params.func.__name__}-{params.container_image}"


@task
def nothing() -> None:
    return None


@task()
def plain(a: int) -> int:
    return a


@task(cache=True, cache_version="1.0")
def cached(a: int) -> int:
    return a


@task(cache=True, cache_version="1.0", cache_serialize=True, cache_ignore_input_vars=("b",))
def cached_serialized(a: int, b: str = "x") -> int:
    return a


@task(cache=Cache(version="2.1", serialize=True, ignored_inputs=("b", "c")))
def cached_by_object(a: int, b: str, c: str) -> int:
    return a


@task(cache=Cache(version="2.1", ignored_inputs="b"))
def cached_ignoring_one(a: int, b: str) -> int:
    return a


@task(cache=Cache(salt="salt", policies=[FixedPolicy()]), container_image="repo/image:1")
def cached_by_policy(a: int) -> int:
    return a


@task(cache=Cache(policies=[FixedPolicy(), FixedPolicy()]))
def cached_by_two_policies(a: int) -> int:
    return a


@task(retries=3)
def retried(a: int) -> int:
    return a


@task(timeout=90)
def limited_in_seconds(a: int) -> int:
    return a


@task(timeout=timedelta(minutes=5, seconds=2, milliseconds=250))
def limited_in_minutes(a: int) -> int:
    return a


@task(interruptible=True)
def interruptible(a: int) -> int:
    return a


@task(interruptible=False)
def not_interruptible(a: int) -> int:
    return a


@task(deprecated="use plain")
def deprecated(a: int) -> int:
    return a


@task(container_image="ghcr.io/acme/train:v7")
def image_by_name(a: int) -> int:
    return a


@task(container_image="{{.image.default.fqn}}:{{.image.default.version}}")
def image_by_parts(a: int) -> int:
    return a


@task(container_image="{{.image.trainer}}")
def image_by_template(a: int) -> int:
    return a


@task(container_image="{{.images.default.fqn}}:spark-{{.images.default.version}}")
def image_by_old_template(a: int) -> int:
    return a


@task(container_image="{{.IMAGE.trainer.fqn}}:{{.image.trainer.version}}")
def image_by_any_case(a: int) -> int:
    return a


@task(environment={"B": "2", "A": "1"})
def environment(a: int) -> int:
    return a


@task(requests=Resources(cpu="1", mem="500Mi"), limits=Resources(cpu="2", mem="1Gi", gpu="1", ephemeral_storage="10Gi"))
def resources(a: int) -> int:
    return a


@task(resources=Resources(cpu="1", mem="500Mi"))
def resources_in_one(a: int) -> int:
    return a


@task(resources=Resources(cpu=("1", "2"), mem=("500Mi", "1Gi"), gpu="1"))
def resources_in_pairs(a: int) -> int:
    return a


@task(
    secret_requests=[
        Secret(group="db", key="password"),
        Secret(group="db", key="user", group_version="v1", mount_requirement=Secret.MountType.ENV_VAR, env_var="DB_USER"),
        Secret(key="file", group="g", mount_requirement=Secret.MountType.FILE),
    ]
)
def secrets(a: int) -> int:
    return a


@task(pod_template_name="big-pods")
def pod_template_by_name(a: int) -> int:
    return a


@task(accelerator=T4, requests=Resources(gpu="1"))
def accelerator(a: int) -> int:
    return a


@task(accelerator=A100.partition_1g_5gb)
def accelerator_partition(a: int) -> int:
    return a


@task(accelerator=A100.unpartitioned)
def accelerator_unpartitioned(a: int) -> int:
    return a


@task(accelerator=V5E.slice_2x2)
def accelerator_topology(a: int) -> int:
    return a


@task(accelerator=GPUAccelerator("my-own-gpu"))
def accelerator_of_my_own(a: int) -> int:
    return a


@task(shared_memory=True)
def shared_memory(a: int) -> int:
    return a


@task(shared_memory="2Gi", accelerator=T4)
def shared_memory_of_a_size(a: int) -> int:
    return a


@task(enable_deck=True)
def deck_on(a: int) -> int:
    return a


@task(enable_deck=False)
def deck_off(a: int) -> int:
    return a


@task(disable_deck=False)
def deck_by_old_switch(a: int) -> int:
    return a


@task(labels={"team": "ml", "a": "b"}, annotations={"note": "x"})
def labels(a: int) -> int:
    return a


@task(pickle_untyped=True)
def untyped(a, b: int):  # type: ignore[no-untyped-def]
    return a


@task(
    docs=Documentation(
        short_description="short",
        long_description=Description(value="long", icon_link="http://icon"),
        source_code=SourceCode(link="https://example.com/x.py"),
    )
)
def documented(a: int) -> int:
    return a


@task(docs=Documentation(short_description="only short"))
def documented_shortly(a: int) -> int:
    """The docstring.

    Its body.
    """
    return a


@task(
    cache=True,
    cache_version="9",
    retries=2,
    timeout=60,
    interruptible=True,
    deprecated="old",
    environment={"K": "V"},
    requests=Resources(cpu="100m"),
    limits=Resources(cpu="200m"),
    secret_requests=[Secret(group="g", key="k")],
    pod_template_name="p",
    enable_deck=True,
    labels={"l": "1"},
)
def everything(a: int, b: str = "b") -> str:
    return b


@task(requests=Resources(cpu="1", mem="2", gpu="3", ephemeral_storage="4"), limits=Resources(cpu="2", mem="3", gpu="4"))
def resources_of_all_kinds(a: int) -> int:
    return a

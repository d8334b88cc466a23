"""``@task``'s arguments: what reaches the template, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from glidepath import Cache, DeckField, PodTemplate, Resources, Secret, VersionParameters, task
from glidepath.authoring import FastSettings, ImageConfig, SerializationSettings
from glidepath.authoring.accelerators import A100, T4, V5P
from glidepath.errors import FlyteException
from glidepath.idl import core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1", {"trainer": "repo/t@sha256:abc"}), env={"Z": "1", "A": "0"})


def identity(a: int, b: str = "") -> int:
    return a


def template(settings: SerializationSettings = SETTINGS, **options: Any) -> core.TaskTemplate:
    return task(identity, **options).template(settings)


def test_a_bare_task_says_only_what_it_must() -> None:
    metadata = template().metadata
    assert metadata.runtime.flavor == "python"
    assert not metadata.HasField("timeout")
    assert metadata.WhichOneof("interruptible_value") is None
    assert metadata.generates_deck.value is False


def test_metadata() -> None:
    metadata = template(
        cache=Cache(version="2", serialize=True, ignored_inputs="b"),
        retries=3,
        timeout=timedelta(minutes=1, milliseconds=5),
        interruptible=False,
        deprecated="old",
        pod_template_name="big",
        enable_deck=True,
        labels={"l": "1"},
        annotations={"n": "2"},
    ).metadata
    assert (metadata.discoverable, metadata.discovery_version, metadata.cache_serializable) == (True, "2", True)
    assert list(metadata.cache_ignore_input_vars) == ["b"]
    assert (metadata.retries.retries, metadata.timeout.seconds, metadata.timeout.nanos) == (3, 60, 5_000_000)
    assert (metadata.interruptible, metadata.deprecated_error_message) == (False, "old")
    assert metadata.WhichOneof("interruptible_value") == "interruptible"
    assert (metadata.pod_template_name, metadata.generates_deck.value) == ("big", True)
    assert (dict(metadata.metadata.labels), dict(metadata.metadata.annotations)) == ({"l": "1"}, {"n": "2"})


def test_the_command_line_is_stocks() -> None:
    assert " ".join(template().container.args) == (
        "pyflyte-execute --inputs {{.input}} --output-prefix {{.outputPrefix}} "
        "--raw-output-data-prefix {{.rawOutputDataPrefix}} --checkpoint-path {{.checkpointOutputPrefix}} "
        "--prev-checkpoint {{.prevCheckpointPrefix}} "
        "--resolver flytekit.core.python_auto_container.default_task_resolver -- "
        f"task-module {__name__} task-name identity"
    )
    fast = SerializationSettings(ImageConfig.of("img:v1"), fast=FastSettings("s3://b/c.tgz", "/root"))
    assert list(template(fast).container.args[:7]) == [
        "pyflyte-fast-execute",
        "--additional-distribution",
        "s3://b/c.tgz",
        "--dest-dir",
        "/root",
        "--",
        "pyflyte-execute",
    ]


def test_the_tasks_environment_wins_over_the_settings() -> None:
    env = template(environment={"A": "9", "Q": "r"}).container.env
    assert [(pair.key, pair.value) for pair in env] == [("Z", "1"), ("A", "9"), ("Q", "r")]


def test_numbers_are_amounts_too() -> None:
    resources = template(resources=Resources(cpu=(1, 2.5), mem=1024, gpu=1)).container.resources
    assert [(entry.name, entry.value) for entry in resources.requests] == [
        (core.Resources.CPU, "1"),
        (core.Resources.GPU, "1"),
        (core.Resources.MEMORY, "1024"),
    ]
    assert [(entry.name, entry.value) for entry in resources.limits] == [(core.Resources.CPU, "2.5")]


def test_secrets() -> None:
    wanted = Secret("db", "user", mount_requirement=Secret.MountType.ENV_VAR, env_var="DB_USER")
    assert template(secret_requests=[wanted]).security_context.secrets[0] == core.Secret(
        group="db", key="user", mount_requirement=core.Secret.ENV_VAR, env_var="DB_USER"
    )


def test_accelerators_and_shared_memory() -> None:
    assert template(accelerator=T4, shared_memory="2Gi").extended_resources == core.ExtendedResources(
        gpu_accelerator=core.GPUAccelerator(device="nvidia-tesla-t4"),
        shared_memory=core.SharedMemory(mount_name="flyte-shared-memory", mount_path="/dev/shm", size_limit="2Gi"),
    )
    assert A100.partition_1g_5gb.message() == core.GPUAccelerator(device="nvidia-tesla-a100", partition_size="1g.5gb")
    assert A100.unpartitioned.message().unpartitioned
    assert V5P.slice_2x2x1.message().partition_size == "2x2x1"
    with pytest.raises(AttributeError, match="nvidia-tesla-a100 has no partition_9g_9gb; it has partition_1g_5gb"):
        _ = A100.partition_9g_9gb


def test_policies_compute_the_cache_version_from_the_function() -> None:
    class ByName:
        def get_version(self, salt: str, params: VersionParameters) -> str:
            return f"{salt}-{params.func.__name__}-{params.container_image}"

    once = template(cache=Cache(salt="s", policies=ByName()), container_image="i:1").metadata
    twice = template(cache=Cache(policies=[ByName(), ByName()])).metadata
    assert once.discovery_version == "8f97682adb51a0ce85bb933ec8a2d5f9f1e3907defe529fbe02ee33cc10947b3"
    assert twice.discovery_version == "54273b06da2261b96e5f6880be95b74f583d14c88a4166c692ad91efd079bb05"


def test_a_pod_template_takes_the_container_in() -> None:
    pod = PodTemplate(
        {"nodeSelector": {"a": "b"}, "containers": [{"name": "side", "image": "{{.image.trainer}}"}]}, labels={"l": "1"}
    )
    found = template(pod_template=pod, requests=Resources(cpu="1"), environment={"Q": "r"})
    assert found.WhichOneof("target") == "k8s_pod"
    assert dict(found.config) == {"primary_container_name": "primary"}
    assert dict(found.k8s_pod.metadata.labels) == {"l": "1"}
    spec = found.k8s_pod.pod_spec
    side, primary = spec["containers"]
    assert side["image"] == "repo/t@sha256:abc"
    assert (primary["name"], primary["image"], primary["args"][0]) == ("primary", "img:v1", "pyflyte-execute")
    assert [pair["name"] for pair in primary["env"]] == ["Z", "A", "Q"]
    assert primary["resources"]["requests"]["cpu"] == "1"
    assert spec["nodeSelector"]["a"] == "b"


def test_a_pod_templates_hash_changes_with_it() -> None:
    one, same, other = PodTemplate({"a": 1}), PodTemplate({"a": 1}), PodTemplate({"a": 2})
    assert one.version_hash() == same.version_hash() != other.version_hash()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"retrys": 1}, "@task has no argument 'retrys'"),
    ({"cache_serialize": True}, "cache_serialize is set but cache is not"),
    ({"cache_ignore_input_vars": ("a",)}, "cache_ignore_input_vars is set but cache is not"),
    ({"cache": Cache(version="1"), "cache_version": "2"}, "cannot stand beside a Cache object"),
    ({"cache": Cache(version="1", ignored_inputs="zz")}, "ignores input 'zz', which it does not have"),
    ({"cache": "yes"}, "cache='yes' must be True, False or Cache"),
    ({"enable_deck": True, "disable_deck": False}, "say the same thing"),
    ({"resources": Resources(cpu=1), "limits": Resources(cpu=1)}, "cannot stand beside requests=... or limits=..."),
    ({"requests": Resources(cpu=("1", "2"))}, "holds a pair"),
    ({"requests": {"cpu": 1}}, r"requests=\{'cpu': 1\} must be Resources"),
    ({"retries": -1}, "retries=-1 must be a whole number"),
    ({"timeout": 5.5}, "timeout=5.5 must be whole seconds or a timedelta"),
    ({"timeout": -5}, "must not be negative"),
    ({"interruptible": "y"}, "interruptible='y' must be True, False or None"),
    ({"secret_requests": ["x"]}, "secret_requests holds 'x', which is no Secret"),
    ({"accelerator": "T4"}, "accelerator='T4' is no accelerator"),
    ({"environment": {"a": 1}}, "environment holds 'a': 1; both must be texts"),
    ({"container_image": 3}, "container_image=3 must be a text"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_a_wrong_argument_is_named_with_the_functions_place(options: dict[str, Any], message: str) -> None:
    with pytest.raises(FlyteException, match=message) as caught:
        task(identity, **options)
    assert caught.value.where == f"{__file__}:{identity.__code__.co_firstlineno}"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Secret(key="k"), "a Secret needs a group"),
        (lambda: Resources(cpu=(1, 2, 3)), "must hold a request and a limit"),  # type: ignore[arg-type]
        (lambda: Resources(cpu=object()), "must be a text or a number"),  # type: ignore[arg-type]
        (lambda: Cache(version=""), "the version of a Cache is empty"),
        (lambda: PodTemplate(primary_container_name=""), "needs the name of its primary container"),
    ],
)
def test_a_wrong_part_is_refused_where_it_is_made(make: Any, message: str) -> None:
    with pytest.raises(FlyteException, match=message):
        make()


def test_the_old_deck_switch_warns() -> None:
    with pytest.warns(FutureWarning, match="use enable_deck"):
        assert template(disable_deck=False).metadata.generates_deck.value


def test_deck_fields_stay_for_the_runtime() -> None:
    assert task(identity, deck_fields=(DeckField.INPUT,)).settings.deck_fields == (DeckField.INPUT,)

"""Eager tasks as they are declared: what is registered with them, what their calls give, what is refused."""

import inspect
import subprocess
import sys

import pytest

from glidepath import eager, task, workflow
from glidepath.authoring import ImageConfig, SerializationSettings, specs_of
from glidepath.authoring.carried_settings import VARIABLE, carried, restored
from glidepath.authoring.resolver import load_task
from glidepath.authoring.settings import FastSettings
from glidepath.errors import FlyteAssertion, FlyteValidationException
from glidepath.idl import core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"), project="p", domain="d", version="v1")


@task
def double(n: int) -> int:
    return 2 * n


@eager(retries=2)
async def main(n: int = 1) -> int:
    return await double.aio(n=n)


def test_a_task_its_cleanup_its_workflow_and_its_plan_are_registered() -> None:
    kinds = core.ResourceType
    name = main.name
    assert [(spec.id.resource_type, spec.id.name) for spec in specs_of([main], SETTINGS)] == [
        (kinds.TASK, name),
        (kinds.TASK, f"{name}-cleanup"),
        (kinds.WORKFLOW, name),
        (kinds.LAUNCH_PLAN, name),
    ]


def test_the_template_is_marked_keeps_its_retries_and_carries_the_settings() -> None:
    template = main.template(SETTINGS)
    assert template.metadata.is_eager
    assert template.metadata.retries.retries == 2
    assert template.metadata.generates_deck.value
    env = {pair.key: pair.value for pair in template.container.env}
    assert restored(env[VARIABLE]) == SETTINGS


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        SerializationSettings(
            ImageConfig.of("img:v1", {"trainer": "repo/trainer@sha256:ab"}),
            env={"A": "1"},
            fast=FastSettings("s3://bucket/code.tgz", "/root"),
            source_root="/src",
        ),
    ],
)
def test_carried_settings_come_back_as_they_were(settings: SerializationSettings) -> None:
    assert restored(carried(settings)) == settings


def test_the_cleanup_is_found_by_its_resolver() -> None:
    cleanup = main.workflow.cleanup
    found = load_task("glidepath.authoring.eager_workflow.eager_failure_task_resolver", ["eager", "failure", "handler"])
    assert (type(found), dict(found.interface.inputs)) == (type(cleanup), {})


def test_a_plain_call_gives_a_coroutine() -> None:
    coroutine = main(n=1)
    assert inspect.iscoroutine(coroutine)
    coroutine.close()


def test_a_function_that_is_not_async_is_refused() -> None:
    with pytest.raises(FlyteValidationException, match="is no async function"):

        @eager
        def test_sync(n: int) -> int:
            return n


def test_a_cache_is_refused() -> None:
    with pytest.raises(FlyteValidationException, match="only what it calls can be cached"):

        @eager(cache=True, cache_version="1")
        async def test_cached(n: int) -> int:
            return n


def test_aio_in_the_body_of_a_workflow_is_refused() -> None:
    @workflow
    def test_drawn(n: int) -> int:
        return double.aio(n=n)  # type: ignore[return-value]

    with pytest.raises(FlyteAssertion, match="for the bodies of eager functions"):
        _ = test_drawn.graph


def test_declaring_one_loads_no_asyncio() -> None:
    code = "import sys; from glidepath import eager, task; print([m for m in ('asyncio', 'grpc', 'json') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

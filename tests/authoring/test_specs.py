"""Specs are the same bytes in every process, in an order in which they can be registered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glidepath import get_reference_entity, reference_launch_plan, reference_task, task, workflow
from glidepath.authoring import SerializationSettings, TaskResolver, load_task, loader_args, specs_of
from glidepath.errors import FlyteEntityNotFoundException, FlyteValidationException
from glidepath.idl import core

HERE = Path(__file__).parent
SETTINGS = SerializationSettings(project="p", domain="d", version="v")


@task
def add(a: int, b: int = 2) -> int:
    return a + b


@reference_task(project="q", domain="e", name="lib.far", version="v9")
def far(a: int, b: int = 3) -> int: ...  # type: ignore[empty-body]


@reference_launch_plan(project="q", domain="e", name="lib.plan", version="v8")
def plan(a: int) -> int: ...  # type: ignore[empty-body]


@workflow
def wf(a: int) -> int:
    return plan(a=far(a=add(a=a)))


class OwnResolver(TaskResolver):
    def loader_args(self, settings: object, task: object) -> list[str]:
        return ["which", "add"]

    def load_task(self, loader_args: list[str]) -> object:
        return globals()[loader_args[1]]


own_resolver = OwnResolver()


@task(task_resolver=own_resolver)
def resolved(a: int) -> int:
    return a


@pytest.mark.slow
def test_specs_are_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    seen = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, HERE / "serialise.py", HERE / "sources", "corpus", folder]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
        seen.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert len(seen[0]) > 150
    assert seen[0] == seen[1]


def test_references_are_used_and_not_registered() -> None:
    specs = specs_of([wf], SETTINGS)
    assert [spec.entity.short_name for spec in specs] == ["add", "wf", "wf"]
    _, second, third = specs[1].message.template.nodes  # type: ignore[union-attr]
    assert second.task_node.reference_id == core.Identifier(
        resource_type=core.ResourceType.TASK, project="q", domain="e", name="lib.far", version="v9"
    )
    assert not second.task_node.HasField("overrides")
    assert {binding.var for binding in second.inputs} == {"a", "b"}
    assert third.workflow_node.launchplan_ref.name == "lib.plan"
    assert second.metadata.name == "far"


def test_a_reference_from_an_id_and_types() -> None:
    found = get_reference_entity(core.ResourceType.TASK, "q", "e", "lib.t", "v", {"a": int}, {"o0": str})
    assert (found.name, found.kind) == ("lib.t", core.ResourceType.TASK)
    assert found.interface.typed.outputs.variables["o0"].type.simple == core.SimpleType.STRING


def test_every_entity_comes_once() -> None:
    specs = specs_of([wf, add, wf, add], SETTINGS)
    assert [(spec.id.resource_type, spec.id.name) for spec in specs] == [
        (1, add.name),
        (2, wf.name),
        (3, wf.name),
    ]
    assert all((spec.id.project, spec.id.domain, spec.id.version) == ("p", "d", "v") for spec in specs)


def test_two_entities_of_one_name_are_refused_with_both_places() -> None:
    def clash() -> object:
        @task
        def add(a: int) -> int:
            return a

        return add

    with pytest.raises(FlyteValidationException, match="two tasks are named") as caught:
        specs_of([add, clash()], SETTINGS)  # type: ignore[list-item]
    assert str(add.source) in caught.value.where


def test_tasks_are_found_again_by_module_and_name() -> None:
    assert loader_args(add) == ["task-module", __name__, "task-name", "add"]
    sys.modules.setdefault(__name__, sys.modules[add.task_function.__module__])
    assert load_task("flytekit.core.python_auto_container.default_task_resolver", loader_args(add)) is add


def test_a_task_that_is_gone_is_named() -> None:
    with pytest.raises(FlyteEntityNotFoundException, match="module json has no task gone"):
        load_task("flytekit.core.python_auto_container.default_task_resolver", ["task-module", "json", "task-name", "gone"])


def test_a_resolver_of_ones_own_is_named_by_its_variable() -> None:
    args = list(resolved.template(SETTINGS).container.args)
    assert args[args.index("--resolver") :] == ["--resolver", f"{__name__}.own_resolver", "--", "which", "add"]
    assert load_task(f"{__name__}.own_resolver", ["which", "add"]) is add


def test_a_resolver_that_no_variable_holds_is_refused() -> None:
    with pytest.raises(FlyteValidationException, match="the resolver OwnResolver\\(\\) is no variable of module"):
        _ = OwnResolver().location

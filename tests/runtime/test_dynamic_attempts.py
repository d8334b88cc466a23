"""``futures.pb``: what an attempt of a dynamic task writes, and that it is what stock's attempt writes."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from google.protobuf import text_format
from runtime_attempts import RESOLVER, Workbench

from glidepath.authoring import FastSettings, ImageConfig, SerializationSettings
from glidepath.authoring.carried_settings import VARIABLE, carried, restored
from glidepath.idl import admin, core
from glidepath.idl.hashes import difference
from glidepath.runtime.dynamic import settings_of_container

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
STOCK_PYTHON = Path(os.environ.get("GLIDEPATH_STOCK_PYTHON", HERE.parents[1] / ".venv-stock/bin/python"))
IDS = {
    "FLYTE_INTERNAL_TASK_PROJECT": "tp",
    "FLYTE_INTERNAL_TASK_DOMAIN": "td",
    "FLYTE_INTERNAL_TASK_VERSION": "tv",
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "ep",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "ed",
    "FLYTE_INTERNAL_EXECUTION_ID": "en",
}

SOURCE = """
from glidepath import dynamic, task

@task
def square(x: int) -> int:
    return x * x

@dynamic
def squares(n: int) -> list[int]:
    return [square(x=i) for i in range(n)]

@dynamic
def fail(n: int) -> int:
    square(x=n)
    raise ValueError("in the body")

@dynamic
def unfit(n: int) -> str:
    return square(x=n)
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    for name, value in IDS.items():
        monkeypatch.setenv(name, value)
    settings = SerializationSettings(ImageConfig.of("img:v1"), env={"A": "1"})
    monkeypatch.setenv(VARIABLE, carried(settings))
    return Workbench(tmp_path, monkeypatch, SOURCE)


def job_in(folder: Path) -> core.DynamicJobSpec:
    return core.DynamicJobSpec.FromString((folder / "futures.pb").read_bytes())


def test_what_the_body_drew_is_written_as_futures(bench: Workbench) -> None:
    assert bench.run("squares", n=3) == 0
    assert bench.written() == {"futures.pb"}
    job = job_in(bench.root / "out")
    assert [node.id for node in job.nodes] == ["dn0", "dn1", "dn2"]
    template = job.tasks[0]
    assert (template.id.project, template.id.domain, template.id.version) == ("ep", "ed", "tv")
    assert (template.container.image, template.container.args[0]) == ("img:v1", "pyflyte-execute")
    assert [(pair.key, pair.value) for pair in template.container.env] == [("A", "1")]


def test_a_body_that_calls_nothing_writes_outputs(bench: Workbench) -> None:
    bench.run("squares", n=0)
    assert bench.written() == {"outputs.pb"}
    assert not bench.outputs().literals["o0"].collection.literals


def test_children_of_fetched_code_fetch_it_too(bench: Workbench) -> None:
    bench.run("squares", "--dynamic-addl-distro", "s3://b/code.tgz", "--dynamic-dest-dir", "/root", n=1)
    args = list(job_in(bench.root / "out").tasks[0].container.args)
    head = ["pyflyte-fast-execute", "--additional-distribution", "s3://b/code.tgz", "--dest-dir", "/root", "--"]
    assert args[:7] == [*head, "pyflyte-execute"]


@pytest.mark.parametrize(("task", "told"), [("fail", "in the body"), ("unfit", "output 'o0' of")])
def test_a_body_that_fails_is_the_users(bench: Workbench, task: str, told: str) -> None:
    bench.run(task, n=1)
    assert bench.written() == {"error.pb"}
    assert bench.error().origin == core.ExecutionError.USER
    assert told in bench.error().message


def test_settings_come_from_the_container() -> None:
    packed = SerializationSettings(ImageConfig.of("img:v1", {"big": "img:v2"}), env={"A": "1"}, source_root="/src")
    found = settings_of_container({**IDS, VARIABLE: carried(packed)}, "s3://b/c.tgz", "")
    assert found == SerializationSettings(
        packed.image_config,
        project="ep",
        domain="ed",
        version="tv",
        env={"A": "1"},
        fast=FastSettings("s3://b/c.tgz", "."),
        source_root="/src",
    )


def test_without_packed_settings_the_image_is_the_processes_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_INTERNAL_IMAGE", "own:v3")
    found = settings_of_container({"_F_PRJ": "p", "_F_DM": "d", "_F_TK_V": "v"}, "", "")
    assert (found.project, found.domain, found.version, found.fast) == ("p", "d", "v", None)
    assert found.image_config.resolve(None) == "own:v3"


# --- beside stock

stock_only = pytest.mark.skipif(not STOCK_PYTHON.exists(), reason="GLIDEPATH_STOCK_PYTHON names no stock flytekit")
OWN = "import sys; from glidepath.runtime.entrypoint import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def container_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a dynamic task's container, as stock registers it, and the ids of an execution."""
    archive = tmp_path_factory.mktemp("drawn") / "stock.tgz"
    images = ["--image", "img:v1", "--image", "trainer=repo/trainer:v2", "--env", "A=1", "--env", "Z=q"]
    command = [STOCK_PYTHON.parent / "pyflyte", "--pkgs", "drawn", "package", *images, "--source", ".", "--output", archive]
    subprocess.run(command, cwd=SOURCES, check=True, capture_output=True)
    with tarfile.open(archive) as tar:
        member = next(each for each in tar.getmembers() if each.name.endswith("drawn.mixed_1.pb"))
        spec = admin.TaskSpec.FromString(tar.extractfile(member).read())
    return {**IDS, **{pair.key: pair.value for pair in spec.template.container.env}}


def run_both(folder: Path, env: dict[str, str], program: str, options: list[str], inputs: core.LiteralMap) -> list[Path]:
    """Run one attempt with stock's program and with ours; gives back the two output folders."""
    (folder / "inputs.pb").write_bytes(inputs.SerializeToString())
    made = []
    for side, start in (("stock", [STOCK_PYTHON.parent / program]), ("own", [sys.executable, "-c", OWN, program])):
        out = folder / side
        places = ["--inputs", f"{folder}/inputs.pb", "--output-prefix", f"{out}", "--raw-output-data-prefix", f"{out}/raw"]
        variables = {**os.environ, **env, "PYTHONPATH": str(SOURCES)}
        subprocess.run([*start, *places, *options], env=variables, check=True, capture_output=True, cwd=folder)
        made.append(out)
    return made


def made_equal(job: core.DynamicJobSpec) -> core.DynamicJobSpec:
    """Without what may differ: the SDK's version, the order of a set, and the ids of nodes in sub-workflows.

    Stock puts the prefix of dynamic nodes into a sub-workflow too when that is first used there; ours keeps its own ids.
    """
    for template in job.tasks:
        template.metadata.runtime.version = ""
        for pair in template.container.env:
            if pair.key == VARIABLE:
                pair.value = repr(restored(pair.value))
    for template in job.subworkflows:
        text = text_format.MessageToString(template).replace('"dn', '"n')
        template.Clear()
        text_format.Parse(text, template)
    for node in (*job.nodes, *(node for each in job.subworkflows for node in each.nodes)):
        node.upstream_node_ids.sort()
    return job


def integers(**values: int) -> core.LiteralMap:
    found = core.LiteralMap()
    for name, value in values.items():
        found.literals[name].scalar.primitive.integer = value
    return found


@stock_only
@pytest.mark.slow
@pytest.mark.parametrize("fast", [[], ["--dynamic-addl-distro", "s3://b/x.tgz", "--dynamic-dest-dir", "/root"]])
@pytest.mark.parametrize("task", ["void", "mixed", "fib", "constants", "composed", "choosing", "nested", "named"])
def test_stocks_attempt_writes_the_same_job(task: str, fast: list[str], tmp_path: Path, container_env: dict[str, str]) -> None:
    options = [*fast, "--resolver", RESOLVER, "--", "task-module", "drawn", "task-name", task]
    theirs, ours = (
        made_equal(job_in(each)) for each in run_both(tmp_path, container_env, "pyflyte-execute", options, integers(n=3))
    )
    assert ours == theirs, difference(theirs, ours)[:5]


@stock_only
@pytest.mark.slow
def test_stocks_attempt_of_a_body_without_calls_writes_the_same_outputs(tmp_path: Path, container_env: dict[str, str]) -> None:
    options = ["--resolver", RESOLVER, "--", "task-module", "drawn", "task-name", "nocalls"]
    theirs, ours = run_both(tmp_path, container_env, "pyflyte-execute", options, integers(n=3))
    assert (ours / "outputs.pb").read_bytes() == (theirs / "outputs.pb").read_bytes()


@stock_only
@pytest.mark.slow
@pytest.mark.parametrize(("task", "bound"), [("square", ""), ("label", "z")])
def test_stocks_attempt_of_an_item_writes_the_same_outputs(
    task: str, bound: str, tmp_path: Path, container_env: dict[str, str]
) -> None:
    inputs = core.LiteralMap()
    for value in (4, 5, 6):
        inputs.literals["x"].collection.literals.add().scalar.primitive.integer = value
        if bound:
            inputs.literals["y"].collection.literals.add().scalar.primitive.string_value = str(value)
            inputs.literals["z"].scalar.primitive.float_value = 0.5
    inner = ["vars", bound, "resolver", RESOLVER, "task-module", "drawn", "task-name", task]
    resolver = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"
    env = {**container_env, "BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": "2"}
    theirs, ours = run_both(tmp_path, env, "pyflyte-map-execute", ["--resolver", resolver, "--", *inner], inputs)
    assert (ours / "outputs.pb").read_bytes() == (theirs / "outputs.pb").read_bytes()

"""Workflows of every kind that stock flytekit serialises compile here; set GLIDEPATH_STOCK_PYTHON to its interpreter."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from compiler_specs import edges

from glidepath.compiler import CompilationError, LaunchPlanInterface, compile_task, compile_workflow, requirements
from glidepath.idl import admin, core
from glidepath.idl.ids import key_of

pytestmark = [
    pytest.mark.slow,
]


class Package:
    """The specs in an archive that stock ``pyflyte package`` wrote."""

    def __init__(self, archive: Path) -> None:
        self.tasks: dict[str, admin.TaskSpec] = {}
        self.workflows: dict[str, admin.WorkflowSpec] = {}
        self.plans: dict[str, admin.LaunchPlan] = {}
        with tarfile.open(archive) as tar:
            for member in sorted(tar.getnames()):
                file = tar.extractfile(member)
                assert file is not None
                self._read(member, file.read())

    def _read(self, member: str, data: bytes) -> None:
        if member.endswith("_1.pb"):
            task = admin.TaskSpec.FromString(data)
            self.tasks[task.template.id.name] = task
        elif member.endswith("_2.pb"):
            workflow = admin.WorkflowSpec.FromString(data)
            self.workflows[workflow.template.id.name] = workflow
        else:
            plan = admin.LaunchPlan.FromString(data)
            self.plans[plan.id.name] = plan

    def compile(self, name: str) -> core.CompiledWorkflowClosure:
        """As a control plane does it: load what the workflow requires, then compile."""
        spec = self.workflows[name]
        needed = requirements(spec.template, spec.sub_workflows)
        tasks = {key_of(task.template.id): compile_task(task.template) for task in self.tasks.values()}
        plans = {key_of(plan.id): self._interface(plan) for plan in self.plans.values()}
        return compile_workflow(
            spec.template,
            spec.sub_workflows,
            [tasks[key_of(each)] for each in needed.tasks],
            [plans[key_of(each)] for each in needed.launch_plans],
        )

    def _interface(self, plan: admin.LaunchPlan) -> LaunchPlanInterface:
        outputs = self.workflows[plan.spec.workflow_id.name].template.interface.outputs
        return LaunchPlanInterface(plan.id, plan.spec.default_inputs, outputs)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    archive = tmp_path_factory.mktemp("stock") / "pipelines.tgz"
    pyflyte = Path(os.environ["GLIDEPATH_STOCK_PYTHON"]).with_name("pyflyte")
    command = [str(pyflyte), "-k", "pipelines", "package", "--image", "img:v1", "--output", str(archive)]
    subprocess.run(command, cwd=Path(__file__).parent / "stock", check=True, capture_output=True)
    return Package(archive)


NAMES = [
    "attributes",
    "branches",
    "built",
    "chain",
    "collections",
    "dynamics",
    "gates",
    "guarded",
    "launches",
    "mapped",
    "nested",
    "values",
]


def test_no_workflow_is_left_out(package: Package) -> None:
    assert sorted(package.workflows) == [f"pipelines.{name}" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_compiles(package: Package, name: str) -> None:
    closure = package.compile(f"pipelines.{name}")
    connections = closure.primary.connections
    top = {each.id for each in closure.primary.template.nodes} - {"end-node"}
    assert edges(connections.downstream).keys() == top
    assert package.compile(f"pipelines.{name}") == closure


def test_edges_of_a_chain(package: Package) -> None:
    assert edges(package.compile("pipelines.chain").primary.connections.upstream) == {
        "end-node": ["n1"],
        "n0": ["n2", "start-node"],
        "n1": ["n0"],
        "n2": ["start-node"],
    }


def test_nodes_inside_a_conditional(package: Package) -> None:
    compiled = package.compile("pipelines.branches").primary
    assert set(edges(compiled.connections.upstream)) >= {"n1", "n1-n0"}
    block = compiled.template.nodes[3].branch_node.if_else
    assert [block.case.then_node.id, block.other[0].then_node.id] == ["n1-n0", "n1-n1"]
    assert block.other[0].then_node.branch_node.if_else.else_node.id == "n1-n1-n1"


def test_a_wrong_type_is_reported_as_stock_reports_it(package: Package) -> None:
    spec = package.workflows["pipelines.chain"]
    broken = core.WorkflowTemplate()
    broken.CopyFrom(spec.template)
    next(each for each in broken.nodes if each.id == "n1").task_node.reference_id.name = "pipelines.real"
    tasks = [compile_task(package.tasks[f"pipelines.{name}"].template) for name in ("number", "real")]
    with pytest.raises(CompilationError) as raised:
        compile_workflow(broken, [], tasks, [])
    assert [each.code for each in raised.value.errors] == ["MismatchingTypes", "MismatchingTypes"]
    assert raised.value.errors[1].description == (
        "The output variable 'number.o0' has type [simple:INTEGER], "
        "but it's assigned to the input variable 'number.x' which has type type [simple:FLOAT]."
    )

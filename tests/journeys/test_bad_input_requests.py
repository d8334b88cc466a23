"""What a control plane refuses, as the user of a command or of the API sees it.

Below, tested elsewhere: every rule of registration and launch and its text (``tests/admin/test_registration.py``,
``test_executions.py``), compiler errors (``tests/compiler``), execution files
(``tests/cli/flytectl/test_create_execution.py``).
"""

import tarfile

import pytest
from bad_input import GOOD, HEAD, SCOPE, fails, unharmed, write
from journey_world import Shell, pointed_at

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import FlyteInvalidInputException, FlyteTypeException
from glidepath.idl import admin, core

pytestmark = pytest.mark.slow
LAUNCH_PLAN = core.ResourceType.LAUNCH_PLAN
CHANGED = GOOD.replace("@task", "@task(retries=2)").replace("-> int", "-> float").replace("n * 2", "n * 2.0")
DIFFERENCE = """\
template.interface.outputs.variables.o0.type.simple:
{0}- INTEGER 
{0}+ FLOAT
"""  # noqa: W291


@pytest.fixture(autouse=True)
def healthy(embedded_server):
    with unharmed(embedded_server):
        yield


@pytest.fixture(scope="module")
def version(embedded_server, tmp_path_factory):
    """A registered version of ``good.py``: tests only read it."""
    shell = Shell(tmp_path_factory.mktemp("good"), pointed_at(embedded_server))
    write(shell, "good.py", GOOD)
    shell.ok("pyflyte", "register", *SCOPE, "--version", "bad-input", "--copy", "none", "good.py")
    return "bad-input"


@pytest.fixture
def client(embedded_server):
    with Client.connect(PlatformConfig(endpoint=embedded_server.endpoint, insecure=True)) as client:
        yield client


def executions(client):
    return {execution.id.name for execution in client.executions("flytesnacks", "development")}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["--n", "four"], "Invalid value for '--n': 'four' is no whole number"),
        ([], "Missing option '--n'"),
        (["--n", "1", "--mm", "2"], "No such option '--mm'"),
    ],
    ids=["mismatch", "missing", "unknown"],
)
@pytest.mark.parametrize("way", ["file", "registered"])
def test_pyflyte_run_refuses_before_anything_is_sent(connected, version, client, way, inputs, message):
    write(connected, "good.py", GOOD)
    entity = ["--remote", "good.py", "wf"] if way == "file" else ["remote-launchplan", f"good.wf:{version}"]
    before = executions(client)
    assert f"Error: {message}" in fails(connected, "pyflyte", "run", *entity, *inputs, code=2)
    assert executions(client) == before


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ("{n: four}", "input n: 'four' is not a whole number\n  at: e.yaml\n"),
        ("{m: 4}", "launch plan good.wf needs input n\n  at: e.yaml\n  try: give it a value below `inputs:`\n"),
        ("{n: 4, q: 5}", "launch plan good.wf has no input q\n  at: e.yaml\n  try: its inputs are: m, n\n"),
    ],
    ids=["mismatch", "missing", "unknown"],
)
def test_flytectl_create_execution_names_input_and_file(connected, version, client, inputs, said):
    write(connected, "e.yaml", f"workflow: good.wf\nversion: {version}\ninputs: {inputs}\n")
    before = executions(client)
    assert fails(connected, "flytectl", "create", "execution", "--execFile", "e.yaml", *SCOPE) == f"Error: {said}"
    assert executions(client) == before


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"n": "four"}, "invalid n input wrong type. Expected simple:INTEGER, but got simple:STRING"),
        ({}, "expected_inputs n missing"),
        ({"n": 1, "q": 2}, "invalid input q"),
    ],
    ids=["mismatch", "missing", "unknown"],
)
def test_the_server_itself_refuses_what_a_client_lets_through(version, client, inputs, said):
    literals = {
        name: core.Literal(
            scalar=core.Scalar(
                primitive=core.Primitive(**{"string_value" if name == "n" and value == "four" else "integer": value})
            )
        )
        for name, value in inputs.items()
    }
    plan = core.Identifier(
        resource_type=LAUNCH_PLAN, project="flytesnacks", domain="development", name="good.wf", version=version
    )
    request = admin.ExecutionCreateRequest(
        project="flytesnacks",
        domain="development",
        spec=admin.ExecutionSpec(launch_plan=plan),
        inputs=core.LiteralMap(literals=literals),
    )
    with pytest.raises(FlyteInvalidInputException) as caught:
        client.create_execution(request)
    assert caught.value.message == said


def test_flyteremote_refuses_a_python_value_of_another_type(version, remote):
    plan = remote.fetch_launch_plan(project="flytesnacks", domain="development", name="good.wf", version=version)
    with pytest.raises(FlyteTypeException, match="four"):
        remote.execute(plan, inputs={"n": "four"}, project="flytesnacks", domain="development")


def test_pyflyte_register_shows_the_fields_that_differ(connected, version):
    write(connected, "good.py", CHANGED)
    done = connected.run("pyflyte", "register", *SCOPE, "--version", version, "--copy", "none", "good.py")
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert said.count("good.double task with different structure already exists.") == 1
    assert DIFFERENCE.format("\t") in said and "template.metadata.retries.retries:\n\t- <not set> \n\t+ 2\n" in said
    assert "1 of 3 entities failed; 2 were not tried" in said and "Traceback" not in said


def test_flytectl_register_shows_the_fields_that_differ_and_registers_nothing(connected, version, client):
    write(
        connected,
        "good.py",
        CHANGED.replace("def wf(", "def also(n: int) -> float:\n    return double(n=n)\n\n\n@workflow\ndef wf("),
    )
    connected.ok("pyflyte", "-k", "good", "package", "--image", "img:v1", "-o", "wf.tgz")
    done = connected.run("flytectl", "register", "files", "--archive", "wf.tgz", *SCOPE, "--version", version)
    assert done.returncode == 1
    assert done.stderr == "Error: 1 of 5 files failed to register\n  try: the table above says why\n"
    cells = [line.split("|")[3].strip() for line in done.stdout.splitlines() if line.count("|") == 4]
    assert "template.interface.outputs.variables.o0.type.simple:" in cells
    assert cells[cells.index("template.interface.outputs.variables.o0.type.simple:") + 1 :][:2] == ["- INTEGER", "+ FLOAT"]
    assert cells.count("Not tried, since another file failed") == 4
    assert not list(client.workflows("flytesnacks", "development", "good.also"))


def test_a_workflow_that_does_not_compile_is_refused_with_the_compilers_errors(connected, client):
    """Whoever wrote the package did not check it: the task's output was changed in the ``.pb`` file."""
    write(connected, "odd.py", f"{HEAD}@workflow\ndef wf(n: int) -> int:\n    return double(n=double(n=n))\n")
    connected.ok("pyflyte", "-k", "odd", "package", "--image", "img:v1", "-o", "wf.tgz")
    with tarfile.open(connected.folder / "wf.tgz") as archive:
        archive.extractall(connected.folder / "pb")
    path = connected.folder / "pb" / "0_odd.double_1.pb"
    task = admin.TaskSpec.FromString(path.read_bytes())
    task.template.interface.outputs.variables["o0"].type.simple = core.SimpleType.STRING
    path.write_bytes(task.SerializeToString())
    done = connected.run("flytectl", "register", "files", "pb", *SCOPE, "--version", "odd")
    assert done.returncode == 1 and "Error: 1 of 3 files failed to register" in done.stderr
    assert "Code: MismatchingTypes, Node Id: n1, Description: The output variable" in done.stdout
    assert "has type [simple:STRING], but it's assigned to the input variable" in done.stdout
    assert not list(client.workflows("flytesnacks", "development", "odd.wf"))


def test_what_is_not_registered_is_named(connected, version):
    write(connected, "e.yaml", "workflow: good.gone\nversion: v1\ninputs: {}\n")
    said = fails(connected, "flytectl", "create", "execution", "--execFile", "e.yaml", *SCOPE)
    assert "missing entity of type launch_plan" in said and 'name:"good.gone"' in said
    assert said.endswith("(NOT_FOUND)\n  try: check project, domain, name and version\n")

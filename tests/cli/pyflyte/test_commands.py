"""The command line as a process: what it loads, prints and exits with when no control plane is asked."""

import subprocess
import sys
from pathlib import Path

import pytest

PYFLYTE = Path(sys.executable).parent / "pyflyte"
HELLO = Path(__file__).parents[3] / "examples" / "hello.py"
HEAVY = {"grpc", "sqlalchemy", "rich", "pandas", "obstore", "asyncio", "pydantic", "yaml", "starlette", "numpy", "cloudpickle"}


@pytest.fixture
def pyflyte(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("FLYTE_PLATFORM_URL", "FLYTECTL_CONFIG", "FLYTE_DEFAULT_PROJECT", "FLYTE_DEFAULT_DOMAIN"):
        monkeypatch.delenv(name, raising=False)

    def call(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return subprocess.run([PYFLYTE, *args], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    return call


def loaded_by(*args: str) -> set[str]:
    """The top-level packages that a command loads."""
    code = (
        "import sys\nfrom glidepath.cli.pyflyte import main\n"
        f"try:\n    main({list(args)!r})\nexcept SystemExit:\n    pass\n"
        "print('\\n'.join(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.split())


def test_help_loads_no_command():
    assert not loaded_by("--help") & {*HEAVY, "flyteidl"}


@pytest.mark.parametrize("arguments", [("run", str(HELLO), "hello_wf", "--name", "Ada"), ("run", str(HELLO), "--help")])
def test_a_local_run_loads_no_library_that_it_does_not_use(arguments):
    assert not loaded_by(*arguments) & HEAVY


@pytest.mark.parametrize(
    "command", ["run", "register", "package", "serialize", "execution", "fetch", "get", "launchplan", "info"]
)
def test_every_command_has_help(pyflyte, command):
    done = pyflyte(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: pyflyte {command}")


def test_files_of_the_folder_are_listed(pyflyte, tmp_path):
    (tmp_path / "flow.py").write_text("")
    assert "flow.py" in pyflyte("run", "--help").stdout


def test_entities_of_a_file_are_listed_with_kind_and_name(pyflyte):
    lines = pyflyte("run", str(HELLO), "--help").stdout
    assert "workflow hello.hello_wf: Greets a person." in lines
    assert "task hello.greet" in lines


def test_a_file_that_is_not_there(pyflyte):
    done = pyflyte("run", "nosuch.py", "wf")
    assert (done.returncode, done.stderr) == (1, "Error: File nosuch.py does not exist.\n")


def test_an_entity_that_is_not_there_lists_those_that_are(pyflyte):
    done = pyflyte("run", str(HELLO), "nosuch")
    assert done.returncode == 1
    assert "Task/Workflow 'nosuch' not found" in done.stderr
    assert "there are: hello_wf, greet" in done.stderr


def test_a_file_that_does_not_import_shows_the_users_line(pyflyte, tmp_path):
    (tmp_path / "bad.py").write_text("x = 1\nimport nosuchmodule\n")
    done = pyflyte("run", "bad.py", "wf")
    assert done.returncode == 1
    assert "import nosuchmodule" in done.stderr
    assert "bad.py:2" in done.stderr
    assert "glidepath/" not in done.stderr


def test_a_script_written_for_flytekit_runs(pyflyte, tmp_path):
    (tmp_path / "flow.py").write_text("from flytekit import task\n\n@task\ndef double(n: int) -> int:\n    return 2 * n\n")
    assert pyflyte("run", "flow.py", "double", "--n", "21").stdout == "Running Execution on local.\n42\n"


def test_an_async_task_runs(pyflyte, tmp_path):
    (tmp_path / "flow.py").write_text(
        "from glidepath import task\n\n@task\nasync def double(n: int) -> int:\n    return 2 * n\n"
    )
    assert pyflyte("run", "flow.py", "double", "--n", "21").stdout.endswith("42\n")


def test_environment_variables_reach_a_local_run(pyflyte, tmp_path):
    (tmp_path / "flow.py").write_text(
        "import os\nfrom glidepath import task\n\n@task\ndef show() -> str:\n    return os.environ['GREETING']\n"
    )
    assert pyflyte("run", "--env", "GREETING=hi", "flow.py", "show").stdout.endswith("hi\n")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("-k", "a/b", "info"), 2, "a/b is not a package"),
        (("run", "--env", "foo", "x.py"), 2, "Expected key-value pair of the form key=value, got foo"),
        (("run", "--resource-requests", "cpu", "x.py"), 2, "Expected comma separated pairs"),
        (("run", "--resource-requests", "cpu=1,foo=2", "x.py"), 2, "got 'foo'"),
        (("run", "--resource-requests", "cpu=1,cpu=2", "x.py"), 2, "got 'cpu' twice"),
        (("run", "--interruptible", "maybe", "x.py"), 2, "is not a valid boolean"),
        (("run", "--copy", "none", "x.py"), 2, "--copy"),
        (("run", "--remote", "--signal", "g=1", str(HELLO), "hello_wf"), 2, "set-signal"),
        (("run", "--recover", "old", str(HELLO), "hello_wf"), 2, "--recover takes over from an execution of a control plane"),
        (("run", "--remote", "--from-node", "n1", str(HELLO), "hello_wf"), 2, "it needs --recover EXECUTION"),
        (("nosuch",), 2, "No such command 'nosuch'"),
        (("launchplan", "x"), 2, "--activate"),
        (("-c", "nosuch.yaml", "info"), 1, "nosuch.yaml does not exist"),
        (("-k", "x", "register", "y"), 1, "register takes files and folders"),
        (("package",), 1, ""),
        (("-k", "nosuch", "package"), 1, "There is no package or module 'nosuch'"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(pyflyte, arguments, code, text):
    done = pyflyte(*arguments)
    assert done.returncode == code
    assert text in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("info",), ("get", "launchplan"), ("register", str(HELLO)), ("run", "--remote", str(HELLO), "hello_wf", "--name", "x")],
)
def test_a_dead_server_is_one_clear_message(pyflyte, arguments):
    done = pyflyte(*arguments, FLYTE_PLATFORM_URL="127.0.0.1:9", FLYTE_PLATFORM_INSECURE="true")
    assert done.returncode == 1
    assert "Error: nothing listens at 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


FLAKY = """
from glidepath import task, workflow
from glidepath.errors import FlyteRecoverableException

@task
def flaky() -> None:
    raise FlyteRecoverableException("not yet")

@workflow
def wf() -> None:
    flaky()
"""


def test_an_error_of_the_tree_that_a_task_raises_shows_its_line_and_its_node_once(pyflyte, tmp_path):
    (tmp_path / "flaky.py").write_text(FLAKY)
    done = pyflyte("run", "flaky.py", "wf")
    assert done.returncode == 1
    assert 'flaky.py", line 7, in flaky' in done.stderr and "glidepath/local" not in done.stderr
    assert done.stderr.endswith("not yet\n  at: node n0, attempt 1, of flaky.wf (task flaky.flaky)\n")
    assert done.stderr.count("node n0") == 1


def test_an_existing_package_is_kept_unless_forced(pyflyte, tmp_path):
    (tmp_path / "flyte-package.tgz").write_text("mine")
    done = pyflyte("-k", "flows", "package")
    assert done.returncode == 2
    assert "already exists, specify -f to override" in done.stderr
    assert (tmp_path / "flyte-package.tgz").read_text() == "mine"


def test_serialize_writes_the_files_of_a_package(pyflyte, tmp_path):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "hello.py").write_text(HELLO.read_text())
    (tmp_path / "out").mkdir()
    assert pyflyte("-k", "flows", "serialize", "workflows", "-f", "out").returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "0_flows.hello.greet_1.pb", "1_flows.hello.hello_wf_2.pb", "2_flows.hello.hello_wf_3.pb",
    ]  # fmt: skip

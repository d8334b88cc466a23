"""``import flytekit`` answered by Glidepath; each test in a process of its own, since imports last."""

import subprocess
import sys
from pathlib import Path

import pytest

from glidepath.compat.names import TABLE, locations


def run(code: str, *, cwd: Path | None = None) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


INSTALL = "import glidepath.compat; glidepath.compat.install()\n"


def test_the_names_are_glidepaths_own_objects() -> None:
    code = """
from flytekit import task, workflow, Resources, current_context
from flytekit.types.file import FlyteFile, PNGImageFile
from flytekit.types import directory
from flytekit.core.node_creation import create_node
import flytekit.exceptions.user
import glidepath, glidepath.errors
print(task is glidepath.task, FlyteFile is glidepath.FlyteFile, directory.FlyteDirectory is glidepath.FlyteDirectory,
      flytekit.exceptions.user.FlyteAssertion is glidepath.errors.FlyteAssertion, PNGImageFile.extension())
"""
    assert run(INSTALL + code) == "True True True True png"


def test_every_name_of_the_table_exists() -> None:
    names = [(module, name) for module in TABLE for name in locations(module)]
    assert len(names) > 150
    checks = "".join(f"import importlib; getattr(importlib.import_module({m!r}), {n!r})\n" for m, n in names)
    assert run(INSTALL + checks + "print('all')") == "all"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from flytekit import workflw", "has no 'workflw' in flytekit; the nearest is 'workflow'"),
        ("from flytekit import FlyteAssertion", "has no 'FlyteAssertion' in flytekit; it is in flytekit.exceptions.user"),
        ("from flytekit.types.file import Nothing", "has no 'Nothing' in flytekit.types.file"),
        ("import flytekit.core.resorces", "has no module flytekit.core.resorces; the nearest is flytekit.core.resources"),
        ("from flytekit.core.resorces import x", "has no module flytekit.core.resorces"),
    ],
)
def test_a_name_that_is_not_there_is_an_import_error_with_the_nearest(statement: str, message: str) -> None:
    code = f"""
try:
    {statement}
except ImportError as error:
    print(error)
"""
    assert f"Glidepath stands in for flytekit and {message}" in run(INSTALL + code)


def test_asking_for_an_attribute_is_no_import() -> None:
    code = "import flytekit\nprint(hasattr(flytekit, 'nothing'), hasattr(flytekit, 'task'), getattr(flytekit, 'nothing', 3))"
    assert run(INSTALL + code) == "False True 3"


def test_importing_flytekit_loads_nothing_else() -> None:
    code = (
        "import flytekit, sys\nprint([name for name in ('glidepath.authoring.tasks', 'grpc', 'pandas') if name in sys.modules])"
    )
    assert run(INSTALL + code) == "[]"


@pytest.fixture
def with_stock(tmp_path: Path) -> Path:
    """A folder in which a package called flytekit lies."""
    package = tmp_path / "flytekit"
    package.mkdir()
    (package / "__init__.py").write_text("task = 'stock'\n")
    return tmp_path


def test_stock_flytekit_goes_first_where_it_is_preferred(with_stock: Path) -> None:
    code = "import glidepath.compat as c\nprint(c.install(prefer_stock=True))\nimport flytekit\nprint(flytekit.task)"
    assert run(code, cwd=with_stock).split() == ["False", "stock"]


def test_ours_goes_first_where_it_is_asked_for(with_stock: Path) -> None:
    code = (
        "import glidepath.compat as c\nprint(c.install())\nimport flytekit, glidepath\nprint(flytekit.task is glidepath.task)"
    )
    assert run(code, cwd=with_stock).split() == ["True", "True"]


def test_stock_flytekit_that_is_loaded_already_is_told(with_stock: Path) -> None:
    code = """
import flytekit, glidepath.compat
try:
    glidepath.compat.install()
except ImportError as error:
    print(error)
"""
    assert "stock flytekit is imported in this process already" in run(code, cwd=with_stock)


def test_installing_twice_is_installing_once_and_uninstalling_ends_it() -> None:
    code = """
import sys
before = len(sys.meta_path)
print(glidepath.compat.install(), len(sys.meta_path) - before)
import flytekit.types.file
glidepath.compat.uninstall()
print([name for name in sys.modules if name.startswith('flytekit')], len(sys.meta_path) - before)
"""
    assert run(INSTALL + code).split("\n") == ["True 0", "[] -1"]


def test_tasks_of_both_imports_work_together() -> None:
    code = """
import types
ours, theirs = types.ModuleType('test_ours'), types.ModuleType('test_theirs')
exec("from glidepath import task\\n@task\\ndef one(a: int) -> int:\\n    return a", vars(ours))
exec("from flytekit import task\\n@task\\ndef two(a: int) -> int:\\n    return a", vars(theirs))
from flytekit import workflow
def wf(a: int) -> int:
    return theirs.two(a=ours.one(a=a))
wf.__module__ = 'test_wf'
print([node.entity.name for node in workflow(wf).graph.nodes])
"""
    assert run(INSTALL + code) == "['test_ours.one', 'test_theirs.two']"

"""What a warm parent may load ahead, asked of a fresh interpreter each."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from glidepath.executors.processes import warm

PRELOAD = """
import sys
sys.path[:0] = [{folder!r}]
from glidepath.executors.processes.warm.preload import Unsafe, preload
try:
    state = preload({modules!r}, {folder!r})
except Unsafe as reason:
    print(reason)
else:
    {then}
"""

TWO_FORKS = "import random; state.renew(); one = random.random(); random.seed(); state.renew(); print(one == random.random())"


def ask(folder: Path, source: str, then: str = "print('loaded')") -> str:
    (folder / "mine.py").write_text(source)
    program = PRELOAD.format(folder=str(folder), modules=["mine"], then=then)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_loads_what_is_harmless(tmp_path: Path) -> None:
    assert ask(tmp_path, "x = 1") == "loaded"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no')", "module mine does not import here: ValueError: no"),
        ("raise SystemExit(3)", "module mine does not import here: SystemExit: 3"),
        (
            "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True, name='t1').start()",
            "its modules start threads at import: t1",
        ),
        ("import random; mine = random.Random()", "module mine keeps a random generator, which attempts must not share"),
    ],
)
def test_refuses_what_a_fork_would_break(tmp_path: Path, source: str, reason: str) -> None:
    assert ask(tmp_path, source) == reason


def test_a_seed_that_the_user_chose_holds_in_every_fork(tmp_path: Path) -> None:
    assert ask(tmp_path, "import random; random.seed(7)", TWO_FORKS) == "True"


def test_without_a_seed_every_fork_draws_its_own(tmp_path: Path) -> None:
    assert ask(tmp_path, "x = 1", TWO_FORKS) == "False"


@pytest.mark.parametrize("version", ["3.9"])
def test_the_warm_parent_is_written_for_old_interpreters(version: str) -> None:

    major, minor = map(int, version.split("."))
    for path in Path(warm.__file__).parent.glob("*.py"):
        ast.parse(path.read_text(), feature_version=(major, minor))
        assert "glidepath" not in {name.split(".")[0] for name in _imports(path)}


def _imports(path: Path) -> set[str]:

    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module))
    return found

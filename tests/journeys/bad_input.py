"""What every test of bad input asks of a command: it fails once, clearly, with its exit code, and the server stays well.

=====================================  =====================  =====================================================
what is bad                            seen by a user         every case of it, below
=====================================  =====================  =====================================================
types at authoring, files that do not  code                   tests/authoring, tests/bundle/test_loading.py
import
types at compile                       code, requests         tests/compiler
types, inputs at launch                code, requests         tests/admin/test_executions.py, tests/cli/pyflyte,
                                                              tests/cli/flytectl/test_create_execution.py
another structure, same version        requests               tests/admin/test_registration.py, tests/idl/test_hashes.py
dead server, wrong port, TLS           endpoints              tests/clients/test_errors.py, tests/admin/edge
archives                               archives               tests/storage/test_archives.py, tests/executors/test_sdk.py,
                                                              tests/cli/flytectl/test_register.py
uploads                                uploads                tests/admin/edge/test_dataproxy.py, test_signing.py
tasks                                  tasks                  tests/executors, tests/engine, tests/runtime
full disk, kill -9, two servers        test_crashes.py        tests/admin/edge/test_data_folder.py
=====================================  =====================  =====================================================
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ERROR = re.compile(r"^Error: ", re.MULTILINE)
_OUR_FRAME = re.compile(r'File "[^"]*/glidepath/(?!processes/code/)[a-z_/]+\.py", line')
SCOPE = ("-p", "flytesnacks", "-d", "development")

HEAD = "from glidepath import task, workflow\n\n\n@task\ndef double(n: int) -> int:\n    return n * 2\n\n\n"
"""A module whose first eight lines hold one task."""
GOOD = f"{HEAD}@workflow\ndef wf(n: int, m: int = 3) -> int:\n    return double(n=n)\n"
"""The same with a workflow that works."""


def fails(shell: Any, *args: str, code: int = 1) -> str:
    """The standard error of a command that must fail: with this exit code, one ``Error:``, and no frame of ours."""
    done = shell.run(*args)
    assert done.returncode == code, f"{args} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert len(_ERROR.findall(done.stderr)) == 1, done.stderr
    assert not _OUR_FRAME.search(done.stdout + done.stderr), done.stderr
    return done.stderr


def no_frame_of_ours(text: str) -> bool:
    """Whether a text shows no line of Glidepath's source."""
    return not _OUR_FRAME.search(text)


def write(shell: Any, name: str, text: str) -> str:
    """A file in the folder of a shell, and its name."""
    path = shell.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return name


@contextmanager
def unharmed(server: Any) -> Iterator[None]:
    """Afterwards the server is healthy, and has logged no fault of its own."""
    log = server.home / ".glidepath" / "server.log"
    before = log.stat().st_size
    yield
    with urllib.request.urlopen(f"http://{server.endpoint}/healthcheck", timeout=10) as answer:
        assert answer.status == 200
    with log.open() as file:
        file.seek(before)
        assert "Traceback" not in file.read()

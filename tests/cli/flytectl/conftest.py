import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[2] / "clients"), str(Path(__file__).parent)]

from fake_control_plane import FakeControlPlane, Store  # noqa: E402

from glidepath.cli.errors import Program, run  # noqa: E402
from glidepath.cli.flytectl import root  # noqa: E402


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def server() -> Iterator[FakeControlPlane]:
    fake = FakeControlPlane()
    yield fake
    fake.stop()


@pytest.fixture
def store(server: FakeControlPlane) -> Store:
    return server.store


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run flytectl in this process, in an empty home and folder, without a server."""
    for name in ("FLYTECTL_CONFIG", "FLYTE_PLATFORM_URL", "FLYTE_DEFAULT_PROJECT", "FLYTE_DEFAULT_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            run(root, Program("flytectl", usage_exit=1), args)
        output = capsys.readouterr()
        return Result(int(caught.value.code or 0), output.out, output.err)

    return call


@pytest.fixture
def flytectl(local: Callable[..., Result], server: FakeControlPlane) -> Callable[..., Result]:
    """Run flytectl against the fake control plane, in flytesnacks/development."""
    where = ("--admin.endpoint", server.endpoint, "--admin.insecure", "-p", "flytesnacks", "-d", "development")

    def call(*args: str) -> Result:
        return local(*args, *where)

    return call

"""Names and packages beside stock flytekit's, for the same files; set GLIDEPATH_STOCK_PYTHON to its interpreter."""

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from glidepath.authoring.images import ImageConfig
from glidepath.authoring.settings import FastSettings, SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import load_packages
from glidepath.bundle.making import BundleOptions, make_bundle
from glidepath.bundle.package import file_names, write_package

pytestmark = pytest.mark.slow

SOURCE = """
try:
    from flytekit import task, workflow
except ImportError:
    from glidepath.authoring import task, workflow

@task
def double(n: int) -> int:
    return 2 * n

@workflow
def wf(n: int = 1) -> int:
    return double(n=n)
"""
FILES = {
    "pyproject.toml": "",
    "examples/hello.py": SOURCE,
    "examples/more.py": SOURCE,
    "pkg/__init__.py": "",
    "pkg/c.py": SOURCE,
    "pkg/inner/__init__.py": "",
    "pkg/inner/b.py": "from pkg.c import double as imported\n" + SOURCE,
    "src/ns/deep/__init__.py": "",
    "src/ns/deep/d.py": SOURCE,
}
OURS = """
import sys
from pathlib import Path
from glidepath.authoring.specs import in_order
from glidepath.bundle.entities import entities_of
from glidepath.bundle.loading import load_paths
entities = in_order(entities_of(load_paths([Path(path) for path in sys.argv[1:]]).modules))
print(*sorted(f"{entity.kind} {entity.name}" for entity in entities), sep="\\n")
"""
KINDS = {"Task": 1, "Workflow": 2, "Launch Plan": 3}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "proj" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "proj"


def pyflyte(project: Path, *arguments: str) -> str:
    command = [str(Path(os.environ["GLIDEPATH_STOCK_PYTHON"]).with_name("pyflyte")), *arguments]
    return subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "paths",
    [
        ["examples"],
        ["examples/hello.py"],
        ["pkg"],
        ["pkg/inner"],
        ["pkg/inner/b.py"],
        ["pkg/c.py", "pkg/inner"],
        ["examples", "pkg"],
        ["src/ns"],
        ["src/ns/deep/d.py"],
    ],
)
def test_registration_names(project: Path, paths: list[str]) -> None:
    said = pyflyte(project, "register", "--copy", "none", "--version", "v1", "--dry-run", *paths)
    stock = [f"{KINDS[kind]} {name}" for kind, name in re.findall(r"\] (Task|Workflow|Launch Plan): (\S+)", said)]
    command = [sys.executable, "-c", OURS, *paths]
    ours = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout.splitlines()
    assert ours == sorted(stock)


def test_a_package_has_the_same_files(project: Path, tmp_path: Path) -> None:
    pyflyte(project, "-k", "examples", "package", "--image", "img:v1", "--copy", "all", "-o", str(tmp_path / "stock.tgz"))
    bundle = make_bundle(load_packages(["examples"], project), BundleOptions(copy=CopyFiles.ALL), tmp_path / "code")
    settings = SerializationSettings(image_config=ImageConfig.of("img:v1"), fast=FastSettings(destination="/root"))
    specs = specs_of(bundle.entities, settings)
    write_package(tmp_path / "ours.tgz", specs, bundle.archive)
    members = {name: members_of(tmp_path / f"{name}.tgz") for name in ("stock", "ours")}
    assert file_names(specs) == sorted(name for name in members["ours"] if name.endswith(".pb"))
    kinds = {name: sorted(re.sub(r"^\d+_", "", each) for each in found if "_" in each) for name, found in members.items()}
    assert kinds["ours"] == kinds["stock"]
    code = {name: code_of(tmp_path / f"{name}.tgz") for name in ("stock", "ours")}
    assert code["ours"] == code["stock"]


def members_of(path: Path) -> list[str]:
    with tarfile.open(path) as tar:
        return tar.getnames()


def code_of(path: Path) -> dict[str, bytes]:
    """The files in a package's code archive."""
    with tarfile.open(path) as tar:
        inner = tar.extractfile(next(name for name in tar.getnames() if name.startswith("fast")))
        with tarfile.open(fileobj=inner) as code:
            return {member.name: code.extractfile(member).read() for member in code.getmembers() if member.isfile()}

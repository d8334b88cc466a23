"""From files to entities, versions and packages."""

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from glidepath.authoring.images import ImageConfig
from glidepath.authoring.settings import FastSettings, SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.bundle.archive import CodeArchive
from glidepath.bundle.entities import entities_of
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import LoadedSources, load_file, load_paths
from glidepath.bundle.making import Bundle, BundleOptions, make_bundle, version_of
from glidepath.bundle.package import file_names, write_folder, write_package
from glidepath.errors import FlyteValueException
from glidepath.idl import admin

TASKS = """
from glidepath.authoring import task

@task
def double(n: int) -> int:
    return 2 * n

@task
def unused() -> None: ...
"""
WORKFLOWS = """
from glidepath.authoring import LaunchPlan, reference_task, workflow
from app.tasks import double

@reference_task(project="p", domain="d", name="elsewhere", version="v")
def remote(n: int) -> int: ...

@workflow
def wf(n: int) -> int:
    return double(n=n)

same = wf
plan = LaunchPlan.get_or_create(wf, "app.plan/daily", default_inputs={"n": 3})
"""
APP = {"app/__init__.py": "", "app/tasks.py": TASKS, "app/wf.py": WORKFLOWS}
SETTINGS = SerializationSettings(image_config=ImageConfig.of("repo/image:v1"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedSources]:
    """Loaded once: a launch plan's name is taken for the life of a process."""
    root = tmp_path_factory.mktemp("project")
    for name, text in APP.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    yield load_paths([root / "app"])
    sys.path.remove(str(root))
    for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        del sys.modules[name]


def bundle_of(sources: LoadedSources, folder: Path | None = None, copy: CopyFiles = CopyFiles.ALL) -> Bundle:
    return make_bundle(sources, BundleOptions(copy=copy), folder)


def test_entities_in_the_order_of_modules_and_of_definition(app: LoadedSources) -> None:
    assert [entity.name for entity in entities_of(app.modules)] == [
        "app.tasks.double",
        "app.tasks.unused",
        "app.wf.wf",
        "app.plan/daily",
    ]


def test_a_file_brings_the_entities_of_what_it_imports(app: LoadedSources) -> None:
    file = app.root / "app/wf.py"
    assert len(entities_of(load_paths([file]).modules)) == 4
    assert [entity.name for entity in entities_of([load_file(file)])] == [
        "app.tasks.double",
        "app.wf.wf",
        "app.plan/daily",
    ]


def test_bundles(app: LoadedSources, tmp_path: Path) -> None:
    (app.root / "data.csv").write_text("1,2")
    written = bundle_of(app, tmp_path / "out", CopyFiles.AUTO)
    assert written.archive is not None
    assert written.report is not None
    assert written.archive.path.name == f"fast{written.digest}.tar.gz"
    assert (written.report.files, len(written.entities)) == (3, 4)
    dry = bundle_of(app, None, CopyFiles.AUTO)
    assert (dry.digest, dry.archive) == (written.digest, None)
    nothing = bundle_of(app, tmp_path / "out", CopyFiles.NONE)
    assert (nothing.digest, nothing.archive, nothing.report) == ("", None, None)


def test_a_huge_bundle_is_refused(app: LoadedSources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glidepath.bundle.report.REFUSE_BYTES", 10)
    with pytest.raises(FlyteValueException, match="the code bundle holds"):
        bundle_of(app)
    assert make_bundle(app, BundleOptions(copy=CopyFiles.ALL, allow_large=True), None).digest != ""


def test_a_version_depends_on_code_specs_images_and_settings(app: LoadedSources) -> None:
    bundle = bundle_of(app)
    fast = replace(SETTINGS, fast=FastSettings("s3://bucket/random/fast.tar.gz", "/root"))
    versions = [
        version_of(bundle, SETTINGS),
        version_of(replace(bundle, digest="other"), SETTINGS),
        version_of(replace(bundle, entities=bundle.entities[:1]), SETTINGS),
        version_of(bundle, replace(SETTINGS, image_config=ImageConfig.of("repo/image:v2"))),
        version_of(bundle, replace(SETTINGS, image_config=ImageConfig.of("repo/image:v1", {"gpu": "repo/gpu:v1"}))),
        version_of(bundle, replace(SETTINGS, env={"A": "1"})),
        version_of(bundle, fast),
        version_of(bundle, replace(fast, fast=FastSettings("s3://bucket/random/fast.tar.gz", "/app"))),
        version_of(bundle, SETTINGS, {"service_account": "me"}),
    ]
    assert len(set(versions)) == len(versions)
    assert {len(version) for version in versions} == {22}
    assert all(version.replace("-", "").replace("_", "").isalnum() for version in versions)


def test_a_version_does_not_depend_on_itself_or_on_where_the_archive_went(app: LoadedSources) -> None:
    bundle = bundle_of(app)
    here = replace(SETTINGS, version="v1", fast=FastSettings("s3://one/fast.tar.gz", "/root"))
    there = replace(SETTINGS, version="v2", fast=FastSettings("s3://two/fast.tar.gz", "/root"))
    assert version_of(bundle, here) == version_of(bundle, there)


def test_another_process_comes_to_the_same_version_and_bytes(app: LoadedSources, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from glidepath.authoring.images import ImageConfig\n"
        "from glidepath.authoring.settings import SerializationSettings\n"
        "from glidepath.bundle.files import CopyFiles\n"
        "from glidepath.bundle.loading import load_paths\n"
        "from glidepath.bundle.making import BundleOptions, make_bundle, version_of\n"
        f"bundle = make_bundle(load_paths([Path({str(app.root / 'app')!r})]), BundleOptions(copy=CopyFiles.ALL), None)\n"
        "print(version_of(bundle, SerializationSettings(image_config=ImageConfig.of('repo/image:v1'))))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == version_of(bundle_of(app), SETTINGS)


def test_names_in_a_package(app: LoadedSources) -> None:
    specs = specs_of(bundle_of(app).entities, SETTINGS)
    assert file_names(specs) == [
        "0_app.tasks.double_1.pb",
        "1_app.tasks.unused_1.pb",
        "2_app.wf.wf_2.pb",
        "3_app.wf.wf_3.pb",
        "4_app.plan-daily_3.pb",
    ]
    assert file_names(specs[:1]) == ["0_app.tasks.double_1.pb"]
    assert file_names([]) == []
    assert [name[:3] for name in file_names((specs * 21)[:101])][::50] == ["000", "050", "100"]
    assert [name[:3] for name in file_names((specs * 20)[:100])][::99] == ["00_", "99_"]


def members(package: Path) -> list[tuple[str, bytes]]:
    """Names and contents of the files in a package, in order."""
    with tarfile.open(package) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]


def test_a_package_holds_the_specs_in_order_and_then_the_code(app: LoadedSources, tmp_path: Path) -> None:
    bundle = bundle_of(app, tmp_path / "code")
    specs = specs_of(bundle.entities, SETTINGS)
    write_package(tmp_path / "wf.tgz", specs, bundle.archive)
    assert bundle.archive is not None
    code = (bundle.archive.path.name, bundle.archive.path.read_bytes())
    protos = zip(file_names(specs), (spec.to_bytes() for spec in specs), strict=True)
    assert members(tmp_path / "wf.tgz") == [*protos, code]


def test_a_package_without_code_has_the_same_bytes_each_time(app: LoadedSources, tmp_path: Path) -> None:
    specs = specs_of(bundle_of(app).entities, SETTINGS)
    write_package(tmp_path / "a/one.tgz", specs)
    write_package(tmp_path / "b/two.tgz", specs)
    assert (tmp_path / "a/one.tgz").read_bytes() == (tmp_path / "b/two.tgz").read_bytes()
    assert [name for name, _ in members(tmp_path / "a/one.tgz")] == file_names(specs)


def test_a_package_appears_whole_or_not_at_all(app: LoadedSources, tmp_path: Path) -> None:
    specs = specs_of(bundle_of(app).entities, SETTINGS)
    gone = CodeArchive(tmp_path / "fastgone.tar.gz", "gone", 1)
    with pytest.raises(FileNotFoundError):
        write_package(tmp_path / "out/wf.tgz", specs, gone)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_of_specs(app: LoadedSources, tmp_path: Path) -> None:
    specs = specs_of(bundle_of(app).entities, SETTINGS)
    paths = write_folder(tmp_path / "protos", specs)
    assert [path.name for path in paths] == file_names(specs)
    assert admin.TaskSpec.FromString(paths[0].read_bytes()) == specs[0].message

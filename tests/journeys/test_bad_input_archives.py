"""Archives that are damaged or hostile: packages for ``flytectl register files``, and code bundles of tasks.

Below, tested elsewhere: every kind of hostile member, limit and damage (``tests/storage/test_archives.py`` for code bundles,
``tests/cli/flytectl/test_register.py`` for packages), how executors tell of code they cannot have
(``tests/executors/test_sdk.py``).
"""

import gzip
import io
import os
import re
import tarfile
import time

import pytest
from bad_input import GOOD, SCOPE, fails, unharmed, write
from journey_world import Shell, pointed_at

pytestmark = pytest.mark.slow
REFUSED = "  try: nothing was registered; pyflyte package writes no such archive, so ask where this one comes from\n"
CORRUPT = "  try: nothing was registered; run pyflyte package again, or copy the archive again\n"


@pytest.fixture(autouse=True)
def healthy(embedded_server):
    with unharmed(embedded_server):
        yield


@pytest.fixture(scope="module")
def package(embedded_server, tmp_path_factory):
    """The members of a package with its code: name → bytes."""
    shell = Shell(tmp_path_factory.mktemp("package"), pointed_at(embedded_server))
    write(shell, "boxed.py", GOOD)
    shell.ok("pyflyte", "-k", "boxed", "package", "--image", "img:v1", "--copy", "all", "-o", "wf.tgz")
    with tarfile.open(shell.folder / "wf.tgz") as archive:
        return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}


def plain(name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def link(name, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info, b""


def packed(members):
    """A gzipped tar of pairs of header and data."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def bomb(name):
    """300 MiB of zeros in 1.3 MB."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as out:
        info = tarfile.TarInfo(name)
        info.size = 300 << 20
        out.write(info.tobuf())
        for _ in range(300):
            out.write(bytes(1 << 20))
        out.write(bytes(1024))
    return file.getvalue()


def flipped(data):
    damaged = bytearray(data)
    damaged[-6] ^= 1
    return bytes(damaged)


PACKAGES = {
    "dots": (
        lambda good: packed([*good, plain("../../evil.pb", b"x")]),
        "its file ../../evil.pb would lie outside of it\n" + REFUSED,
    ),
    "link": (
        lambda good: packed([*good, link("9_x.pb", "/etc/passwd")]),
        "9_x.pb in it is a link or a device, not a plain file\n" + REFUSED,
    ),
    "bomb": (lambda good: bomb("0_x_1.pb"), "0_x_1.pb in it is larger than 67108864 bytes\n" + REFUSED),
    "cut off": (
        lambda good: packed(good)[:-40],
        "Compressed file ended before the end-of-stream marker was reached\n" + CORRUPT,
    ),
    "one bit": (lambda good: flipped(packed(good)), CORRUPT),
    "text": (lambda good: b"hello, I am text\n" * 9, "its first bytes are not those of one\n" + CORRUPT),
}


@pytest.mark.parametrize("kind", PACKAGES)
def test_a_bad_package_is_refused_whole(connected, package, kind):
    make, said = PACKAGES[kind]
    (connected.folder / "wf.tgz").write_bytes(make([plain(name, data) for name, data in package.items()]))
    version = f"bad-{kind.replace(' ', '-')}"
    error = fails(connected, "flytectl", "register", "files", "--archive", "wf.tgz", *SCOPE, "--version", version)
    assert error.startswith("Error: wf.tgz is ") and error.endswith(said)
    assert "NOT_FOUND" in fails(connected, "flytectl", "get", "task", *SCOPE, "boxed.double", "--version", version)
    assert [path.name for path in connected.folder.iterdir()] == ["wf.tgz"]


def repacked(connected, package, code):
    """The package with another code bundle, as ``wf.tgz``."""
    members = [plain(name, code if name.startswith("fast") else data) for name, data in package.items()]
    (connected.folder / "wf.tgz").write_bytes(packed(members))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (b"no archive at all", "the code bundle is no complete gzip file"),
        (packed([plain("boxed.py", GOOD.encode() * 99)])[:-20], "the code bundle is no complete gzip file"),
        (bomb("big.bin"), "the code bundle unpacks to more than"),
    ],
    ids=["text", "cut off", "bomb"],
)
def test_a_package_with_a_broken_code_bundle_registers_nothing(connected, package, code, said):
    repacked(connected, package, code)
    done = connected.run("flytectl", "register", "files", "--archive", "wf.tgz", *SCOPE, "--version", "bad-code")
    assert done.returncode == 1 and said in done.stdout
    assert done.stderr == "Error: 1 of 4 files failed to register\n  try: the table above says why\n"
    assert done.stdout.count("Not tried, since another file failed") == 3
    assert "NOT_FOUND" in fails(connected, "flytectl", "get", "task", *SCOPE, "boxed.double", "--version", "bad-code")


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (plain("../../../evil.txt", b"evil"), "the archive is refused: '../../../evil.txt' is no path below the folder"),
        (link("out", "/etc"), "the archive is refused: 'out' is a link to '/etc', outside of the folder"),
    ],
    ids=["dots", "link"],
)
def test_a_task_does_not_start_with_hostile_code(connected, package, embedded_server, extra, said):
    """Nothing looks into a code bundle before a task needs it: the attempt fails, and nothing of the code stays."""
    repacked(connected, package, packed([plain("boxed.py", GOOD.encode()), extra]))
    version = f"hostile{len(extra[1])}"
    connected.ok("flytectl", "register", "files", "--archive", "wf.tgz", *SCOPE, "--version", version)
    write(connected, "e.yaml", f"workflow: boxed.wf\nversion: {version}\ninputs: {{n: 1}}\n")
    told = connected.ok("flytectl", "create", "execution", "--execFile", "e.yaml", *SCOPE)
    shown = ended(connected, re.search(r'name:"(\w+)"', told).group(1))
    assert "- FAILED\n├── Error - BadCodeArchive\n" in shown
    assert f"the code of the task cannot be used: {said}\n" in shown and "try: register the task again" in shown
    code = embedded_server.home / ".glidepath" / "processes" / "code"
    assert not [name for _, _, names in os.walk(embedded_server.home) for name in names if name == "evil.txt"]
    assert not [path for path in code.iterdir() if path.name.startswith(".")]


def ended(shell, name):
    """The details of an execution, once it has ended."""
    for _ in range(60):
        shown = shell.ok("flytectl", "get", "execution", name, "--details", *SCOPE)
        if not re.match(r"\S+ - (UNDEFINED|QUEUED|RUNNING|FAILING)", shown):
            return shown
        time.sleep(0.2)
    raise AssertionError(shown)

"""What goes wrong outside is told in Glidepath's words, with a next step, and leaves nothing half done."""

import contextlib
import errno
import os
import pwd
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from glidepath.errors import (
    FlyteDataNotFoundException,
    FlyteDownloadDataException,
    FlyteUploadDataException,
    FlyteValueException,
)
from glidepath.storage import StorageConfig, open_storage
from glidepath.storage.file import write_atomically
from glidepath.storage.memory import MemoryStorage

STORAGE = open_storage()


def test_a_full_disk_is_told_and_leaves_nothing():
    with pytest.raises(FlyteUploadDataException) as caught, open("/dev/full", "wb", buffering=0) as full:
        write_atomically(Path("/tmp/never"), lambda _: full.write(b"x"))
    assert "the disk is full" in str(caught.value)
    assert not Path("/tmp/never").exists()


def test_a_file_size_limit_is_told_and_the_old_bytes_stay(tmp_path):
    script = textwrap.dedent("""
        import resource, signal, sys
        from glidepath.errors import FlyteUploadDataException
        from glidepath.storage import open_storage
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        open_storage().put(sys.argv[1], b"old")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            open_storage().put(sys.argv[1], b"x" * 5000)
        except FlyteUploadDataException as error:
            print(error.hint, open_storage().get(sys.argv[1]))
    """)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "a")], capture_output=True, text=True, check=True)
    assert "ulimit -f" in done.stdout and "b'old'" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000


def test_a_file_where_a_folder_is_meant(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FlyteUploadDataException):
        STORAGE.put(f"{tmp_path}/file/a", b"1")
    assert STORAGE.stat(f"{tmp_path}/file/a") is None


def test_a_folder_where_a_file_is_meant(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FlyteUploadDataException, match="could not be written"):
        STORAGE.put(f"{tmp_path}/folder", b"1")
    with pytest.raises(FlyteDownloadDataException, match="folder lies where a file"):
        STORAGE.get(f"{tmp_path}/folder")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


@pytest.fixture
def not_root():
    """Root may write anywhere; for a while be nobody."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    yield
    os.seteuid(before)


def test_a_folder_without_permission(tmp_path, not_root):
    with contextlib.suppress(PermissionError):
        tmp_path.chmod(0o500)
    with pytest.raises(FlyteUploadDataException, match="permissions"):
        STORAGE.put(f"{tmp_path}/a", b"1")


def test_an_unwritable_place_is_told(tmp_path):
    with pytest.raises(FlyteUploadDataException) as caught:
        STORAGE.put("/proc/nothing/a", b"1")
    assert "/proc/nothing/a could not be written" in str(caught.value)


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(FlyteUploadDataException, match="shorter"):
        STORAGE.put(f"{tmp_path}/{'x' * 300}", b"1")


def test_a_writer_that_dies_leaves_the_old_bytes(tmp_path):
    target = tmp_path / "a"
    target.write_bytes(b"old")

    def write(temporary):
        temporary.write_bytes(b"half")
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(FlyteUploadDataException, match="the disk reports an error"):
        write_atomically(target, write)
    assert (target.read_bytes(), len(list(tmp_path.iterdir()))) == (b"old", 1)


def test_an_unknown_scheme_names_the_known_ones():
    with pytest.raises(FlyteValueException, match="known schemes: abfs, abfss, file, gs"):
        STORAGE.get("ftp://host/a")


def test_a_file_uri_with_a_host_is_refused():
    with pytest.raises(FlyteValueException, match="three slashes"):
        STORAGE.get("file://tmp/a")


def test_an_object_that_would_leave_the_folder_is_refused(tmp_path):
    memory = MemoryStorage()
    memory.put("memory://b/tree/../../evil", b"x")
    with pytest.raises(FlyteDownloadDataException, match="would be written outside"):
        memory.download_tree("memory://b/tree", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


def test_another_storage_can_serve_a_scheme():
    memory = MemoryStorage()
    storage = open_storage(StorageConfig(families={"s3": memory}))
    storage.put("s3://b/k", b"1", {"a": "b"})
    assert (memory.get("s3://b/k"), memory.metadata("s3://b/k")) == (b"1", {"a": "b"})


@pytest.mark.slow
def test_a_missing_bucket_and_a_dead_endpoint(s3_endpoint, monkeypatch):
    monkeypatch.setenv("FLYTE_AWS_ENDPOINT", s3_endpoint)
    monkeypatch.setenv("FLYTE_AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("FLYTE_AWS_SECRET_ACCESS_KEY", "s")
    storage = open_storage()
    storage.put("s3://data/env", b"by the environment")
    assert storage.get("s3://data/env") == b"by the environment"
    with pytest.raises(FlyteUploadDataException):
        storage.put("s3://no-such-bucket/k", b"1")
    with pytest.raises(FlyteDataNotFoundException):
        storage.get("s3://no-such-bucket/k")
    with pytest.raises(FlyteValueException, match="names no bucket"):
        storage.get("s3://")


def test_http_reads_and_tells_what_went_wrong(web, tmp_path):
    assert STORAGE.get(f"{web}/a.txt") == b"hello"
    info = STORAGE.stat(f"{web}/a.txt")
    assert (info.size, info.etag, info.modified.year) == (5, "abc", 2024)
    assert STORAGE.stat(f"{web}/absent") is None
    STORAGE.download(f"{web}/a.txt", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"hello"
    with pytest.raises(FlyteDataNotFoundException):
        STORAGE.get(f"{web}/absent")
    with pytest.raises(FlyteDownloadDataException, match="login"):
        STORAGE.get(f"{web}/secret")
    with pytest.raises(FlyteDownloadDataException, match="cut off"):
        STORAGE.get(f"{web}/cut")
    with pytest.raises(FlyteDownloadDataException, match="cut off after 5 of 10"):
        STORAGE.download(f"{web}/cut", tmp_path / "cut")
    assert not (tmp_path / "cut").exists()
    with pytest.raises(FlyteUploadDataException, match="read only"):
        STORAGE.put(f"{web}/a.txt", b"x")


def test_nobody_at_the_address():
    with pytest.raises(FlyteDownloadDataException, match="check the address"):
        STORAGE.get("http://127.0.0.1:9/a")


def test_loading_storage_loads_no_object_stores():
    code = (
        "import sys, glidepath.storage; print(sorted({m.split('.')[0] for m in sys.modules} & {'obstore', 'asyncio', 'ssl'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

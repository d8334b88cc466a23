"""One server per data folder, and one clear error for a folder that cannot be used."""

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from glidepath.admin import data_folder
from glidepath.admin.data_folder import DataFolder, Running
from glidepath.errors import FlyteSystemException

HOLD = """
import sys, time
from pathlib import Path
from glidepath.admin.data_folder import DataFolder
with DataFolder(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(60)
"""
RUNNING = Running(pid=os.getpid(), grpc="localhost:1", http="http://localhost:1", version="1", started="now")


@pytest.fixture
def folder(tmp_path):
    found = DataFolder(tmp_path / "data")
    found.prepare()
    return found


@pytest.fixture
def other(folder):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder.path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_folder_is_private(folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_the_holder_is_known_while_it_lives(folder):
    assert folder.holder() is None
    with folder.held():
        assert folder.holder() == os.getpid()
    assert folder.holder() is None


def test_a_second_server_is_refused_and_told_who_holds_the_folder(folder, other):
    with pytest.raises(FlyteSystemException, match=rf"another server \(pid {other.pid}\)") as raised, folder.held():
        pass
    assert "flytectl demo stop" in str(raised.value)


def test_a_killed_server_leaves_no_lock(folder, other):
    folder.announce(replace(RUNNING, pid=other.pid))
    assert folder.announced().pid == other.pid
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert (folder.holder(), folder.announced()) == (None, None)
    with folder.held():
        assert folder.holder() == os.getpid()


def test_what_was_announced_is_gone_with_the_server(folder):
    with folder.held():
        folder.announce(RUNNING)
        assert folder.announced() == RUNNING
    assert folder.announced() is None and not folder.running.exists()


@pytest.mark.parametrize("name", ["incoming", "sockets"])
def test_what_uploads_and_sockets_left_at_a_crash_is_removed(folder, name):
    leftover = folder.path / name
    leftover.mkdir()
    (leftover / "half").write_bytes(b"x")
    folder.prepare()
    assert leftover.exists(), "it may belong to a server that is running"
    with folder.held():
        assert not leftover.exists()


def test_a_folder_that_cannot_be_made_is_an_error_with_a_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FlyteSystemException, match=r"cannot be written: Not a directory(.|\n)*--data"):
        DataFolder(tmp_path / "file" / "data").prepare()


def test_a_full_disk_is_an_error_before_anything_starts(folder, monkeypatch):
    monkeypatch.setattr(data_folder, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(FlyteSystemException, match="disk of the data folder is full"):
        folder.prepare()

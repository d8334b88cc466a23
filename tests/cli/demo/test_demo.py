"""``flytectl demo`` and ``flyteadmin serve``: real processes, real ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import grpc
import pytest

from glidepath.idl import admin
from glidepath.idl.service import AdminServiceStub

pytestmark = pytest.mark.slow


class Machine:
    """Runs commands against one data folder; ends what it started."""

    def __init__(self, folder):
        self.data = folder / "data"
        self.environ = {**os.environ, "GLIDEPATH_HOME": str(self.data), "HOME": str(folder)}

    def run(self, program, *arguments, stdin=""):
        code = f"from glidepath.cli.{program} import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], env=self.environ, input=stdin, capture_output=True, text=True, timeout=60
        )

    def demo(self, *arguments, **more):
        return self.run("flytectl", "demo", *arguments, **more)

    def start(self, *arguments):
        done = self.demo("start", "--port", "0", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads((self.data / "server.json").read_text())


@pytest.fixture
def machine(tmp_path):
    found = Machine(tmp_path)
    yield found
    found.demo("stop")


def version(endpoint):
    with grpc.insecure_channel(endpoint) as channel:
        return AdminServiceStub(channel).GetVersion(admin.GetVersionRequest(), timeout=10).control_plane_version.Version


def test_start_says_where_it_listens_and_both_protocols_answer_there(machine):
    running = machine.start()
    status = machine.demo("status")
    assert status.returncode == 0
    for value in (running["grpc"], running["http"], f"{running['http']}/console", str(machine.data), "flytectl demo stop"):
        assert value in status.stdout
    assert version(running["grpc"])
    assert urllib.request.urlopen(f"{running['http']}/console").status == 200
    projects = json.load(urllib.request.urlopen(f"{running['http']}/api/v1/projects"))["projects"]
    assert [project["id"] for project in projects] == ["flytesnacks"]


def test_the_server_is_a_session_of_its_own(machine):
    pid = machine.start()["pid"]
    assert os.getsid(pid) == pid != os.getsid(0)


def test_starting_twice_says_it_runs_already(machine):
    first = machine.start()
    again = machine.demo("start")
    assert again.returncode == 0 and "running already" in again.stdout and first["grpc"] in again.stdout


def test_a_second_server_on_the_folder_is_refused_and_told_who_has_it(machine):
    first = machine.start()
    second = machine.run("flyteadmin", "serve", "--single-port", "0")
    assert second.returncode == 1
    assert f"another server (pid {first['pid']}, listening on {first['http']})" in second.stderr


def test_a_taken_port_is_replaced_and_the_user_is_told(machine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = machine.demo("start", "--port", str(port))
        running = json.loads((machine.data / "server.json").read_text())
        assert f"Port {port} is taken" in done.stdout and running["grpc"] != f"localhost:{port}"
        assert version(running["grpc"])


def test_serve_does_not_take_another_port_than_it_was_told(machine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = machine.run("flyteadmin", "serve", "--grpc-port", str(port))
    assert done.returncode == 1 and f"port {port} on localhost is taken" in done.stderr


def test_stop_waits_and_data_survive(machine):
    first = machine.start()
    with grpc.insecure_channel(first["grpc"]) as channel:
        project = admin.Project(id="mine", name="mine")
        AdminServiceStub(channel).RegisterProject(admin.ProjectRegisterRequest(project=project), timeout=10)
    assert "has been stopped" in machine.demo("stop").stdout
    assert machine.demo("status").returncode == 3
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(first["grpc"].rsplit(":", 1)[1])))
    second = machine.start()
    projects = json.load(urllib.request.urlopen(f"{second['http']}/api/v1/projects"))["projects"]
    assert {project["id"] for project in projects} == {"flytesnacks", "mine"}


def test_stopping_what_does_not_run_is_no_error(machine):
    done = machine.demo("stop")
    assert (done.returncode, done.stdout) == (0, "The server is not running.\n")


def test_after_kill_9_status_says_so_and_start_works(machine):
    pid = machine.start()["pid"]
    os.kill(pid, signal.SIGKILL)
    while machine.demo("status").returncode != 3:
        time.sleep(0.05)
    assert "ended without being stopped" in machine.demo("status").stdout
    assert version(machine.start()["grpc"])


def test_a_server_that_dies_at_start_shows_its_last_words(machine, tmp_path):
    config = tmp_path / "server.yaml"
    config.write_text("glidepath: {executor: {cpu: 1}}")
    done = machine.demo("start", "--server-config", str(config))
    assert done.returncode == 1
    assert "ended with exit code 1" in done.stderr and "unknown key glidepath.executor.cpu" in done.stderr


def test_an_unwritable_folder_is_one_clear_error(machine):
    machine.data.write_text("a file")
    done = machine.demo("start")
    assert done.returncode == 1 and "data folder cannot be written" in done.stderr and "Traceback" not in done.stderr


def test_teardown_keeps_data_unless_asked_and_asks_before_removing(machine):
    machine.start()
    assert machine.demo("teardown").returncode == 0 and machine.data.exists()
    refused = machine.demo("teardown", "--volume", stdin="n\n")
    assert refused.returncode == 1 and machine.data.exists()
    machine.start()
    done = machine.demo("teardown", "--volume", "--force")
    assert done.returncode == 0 and not machine.data.exists()


def test_teardown_removes_no_folder_that_is_not_a_servers(machine, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").write_bytes(b"x")
    done = machine.demo("teardown", "--volume", "--force", "--data", str(folder))
    assert done.returncode == 1 and (folder / "cat.jpg").exists()


def test_migrate_makes_the_tables_and_ends(machine):
    assert machine.run("flyteadmin", "migrate").stdout == "the database is up to date\n"
    assert (machine.data / "glidepath.db").exists()


def test_a_call_that_runs_when_the_server_is_told_to_end_gets_its_answer(machine):
    """Many short calls while the server ends: each is answered whole or refused as unavailable, none is lost half-way."""
    running = machine.start()
    answered, channel = 0, grpc.insecure_channel(running["grpc"])
    stub = AdminServiceStub(channel)
    stub.GetVersion(admin.GetVersionRequest(), timeout=10)
    os.kill(running["pid"], signal.SIGTERM)
    with pytest.raises(grpc.RpcError) as refused:
        while True:
            name = f"p{answered}"
            request = admin.ProjectRegisterRequest(project=admin.Project(id=name, name=name))
            stub.RegisterProject(request, timeout=10)
            answered += 1
    channel.close()
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    while machine.demo("status").returncode != 3:
        time.sleep(0.05)
    kept = json.load(urllib.request.urlopen(f"{machine.start()['http']}/api/v1/projects"))["projects"]
    assert {project["id"] for project in kept} == {"flytesnacks", *(f"p{i}" for i in range(answered))}


def test_sigterm_ends_a_server_in_the_foreground_with_code_0(machine):
    code = "from glidepath.cli.flyteadmin import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code, "serve", "--single-port", "0"], env=machine.environ)
    while not (machine.data / "server.json").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not (machine.data / "server.json").exists()

"""A control plane that cannot be reached: each command says why in one message, soon, and with exit code 1.

Below, tested elsewhere: the diagnosis and every code of gRPC (``tests/clients/test_errors.py``), what the server logs of a
client that speaks TLS to it (``tests/admin/edge/test_front_door.py``).
"""

import http.server
import subprocess
import threading
from concurrent import futures
from dataclasses import replace

import grpc
import pytest
from bad_input import GOOD, SCOPE, fails, unharmed, write

CONFIGURED = "check admin.endpoint in ~/.flyte/config.yaml, or FLYTE_PLATFORM_URL\n"
COMMANDS = (
    ("pyflyte", "register", *SCOPE, "good.py"),
    ("pyflyte", "run", "--remote", "good.py", "wf", "--n", "1"),
    ("flytectl", "get", "execution", *SCOPE),
)


either = pytest.mark.parametrize("command", COMMANDS[::2], ids=["pyflyte", "flytectl"])


def said_by(shell, command, endpoint, insecure="true"):
    write(shell, "good.py", GOOD)
    pointed = {**shell.environment, "FLYTE_PLATFORM_URL": endpoint, "FLYTE_PLATFORM_INSECURE": insecure}
    error = fails(replace(shell, environment=pointed), *command)
    return error[error.index("Error: ") :]


@pytest.mark.parametrize("command", COMMANDS, ids=["register", "run", "get"])
def test_a_dead_server(shell, command):
    said = said_by(shell, command, "localhost:1")
    assert said.startswith("Error: nothing listens at localhost:1\n  at: ") and "(UNAVAILABLE)\n" in said
    assert said.endswith("  try: start a server with `flytectl demo start`, or " + CONFIGURED)


@either
def test_a_port_where_something_else_listens(shell, command):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        said = said_by(shell, command, f"localhost:{server.server_port}")
        server.shutdown()
    assert said.startswith(f"Error: what listens at localhost:{server.server_port} does not speak gRPC\n")
    assert said.endswith("  try: is it the right port? " + CONFIGURED)


@pytest.fixture(scope="module")
def tls_port(tmp_path_factory):
    """The port of a gRPC server that speaks TLS with a certificate of its own."""
    folder = tmp_path_factory.mktemp("tls")
    made = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {folder}/key.pem -out {folder}/cert.pem -subj /CN=localhost"
    )
    subprocess.run(made.split(), check=True, capture_output=True)
    pair = ((folder / "key.pem").read_bytes(), (folder / "cert.pem").read_bytes())
    server = grpc.server(futures.ThreadPoolExecutor(2))
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([pair]))
    server.start()
    yield port
    server.stop(None).wait()


@either
def test_a_server_with_tls_and_a_client_without(shell, command, tls_port):
    said = said_by(shell, command, f"localhost:{tls_port}")
    assert said.startswith(f"Error: localhost:{tls_port} speaks TLS, but this client is set to plain text\n")
    assert said.endswith("  try: set admin.insecure: false in ~/.flyte/config.yaml, or FLYTE_PLATFORM_INSECURE=false\n")


def test_a_server_with_tls_that_is_not_trusted(shell, tls_port):
    said = said_by(shell, COMMANDS[0], f"localhost:{tls_port}", insecure="false")
    assert said.startswith(f"Error: the certificate of localhost:{tls_port} is not trusted: ")
    assert "  try: name its authority with admin.caCertFilePath in ~/.flyte/config.yaml" in said


@pytest.mark.slow
@either
def test_a_server_without_tls_and_a_client_with(shell, command, embedded_server):
    with unharmed(embedded_server):
        said = said_by(shell, command, embedded_server.endpoint, insecure="false")
    assert said.startswith(f"Error: {embedded_server.endpoint} speaks plain text, but this client is set to TLS\n")
    assert said.endswith("  try: set admin.insecure: true in ~/.flyte/config.yaml, or FLYTE_PLATFORM_INSECURE=true\n")

"""The output of attempts over HTTP."""

import http.client
import threading

import pytest

from glidepath.admin.logs import LogPlace, Logs


@pytest.fixture
def root(tmp_path):
    found = tmp_path / "attempts"
    (found / "p-d-e" / "e-n0-0").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    return found


@pytest.fixture
def get(root, make_edge):
    def locate(execution, name):
        folder = root / f"{execution.project}-{execution.domain}-{execution.name}" / name
        return LogPlace(folder / "log.txt", folder / "exit.json")

    edge = make_edge([], lambda port: [Logs(root, locate).routes()])

    def get(path, first=None, **headers):
        connection = http.client.HTTPConnection("localhost", edge.port, timeout=20)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        start = answer.read(first) if first else b""
        if first:
            return start, answer, connection
        found = answer.status, answer.read(), answer.headers["content-type"]
        connection.close()
        return found

    return get


def test_the_output_is_plain_text_with_ranges(get, root):
    (root / "p-d-e" / "e-n0-0" / "log.txt").write_text("<b>hello</b>")
    assert get("/logs/p/d/e/e-n0-0") == (200, b"<b>hello</b>", "text/plain; charset=utf-8")
    assert get("/logs/p/d/e/e-n0-0", Range="bytes=3-7")[:2] == (206, b"hello")


def test_an_attempt_that_has_printed_nothing_has_an_empty_log(get):
    assert get("/logs/p/d/e/e-n0-0")[:2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/logs/p/d/e/none", "/logs/p/d/e/..%2f..%2fsecret.txt", "/logs/../d/e/e-n0-0", "/logs/p/d/e/%2e%2e", "/logs/p/d/e/a%00b"],
)
def test_nothing_else_is_read(get, path):
    status, body, _ = get(path)
    assert status == 404 and b"secret" not in body


def test_a_link_that_leads_out_is_not_followed(get, root, tmp_path):
    (root / "p-d-e" / "e-n0-0" / "log.txt").symlink_to(tmp_path / "secret.txt")
    assert get("/logs/p/d/e/e-n0-0")[0] == 404


def test_following_ends_with_the_attempt(get, root):
    folder = root / "p-d-e" / "e-n0-0"
    log = folder / "log.txt"
    log.write_text("one\n")
    start, answer, connection = get("/logs/p/d/e/e-n0-0?follow=1", first=4)

    def go_on():
        with log.open("a") as file:
            file.write("two\n")
        (folder / "exit.json").write_text("{}")

    threading.Timer(0.3, go_on).start()
    assert (start, answer.read()) == (b"one\n", b"two\n")
    connection.close()

"""The pages, as the text that a browser gets."""

import html
import re

import pytest
from console_requests import get
from console_world import EXECUTION, ControlPlane
from starlette.applications import Starlette

from glidepath.console import views
from glidepath.console.pages import routes
from glidepath.idl import core

SCOPE = "/console/projects/flytesnacks/domains/development"
PAGE = f"{SCOPE}/executions/{EXECUTION.name}"


class Browser:
    def __init__(self, control_plane):
        self.control_plane = control_plane
        self.app = Starlette(routes=routes(control_plane.services()))

    def get(self, path):
        return get(self.app, path)

    def text(self, path):
        """What a person reads: tags away, blanks folded."""
        body = self.get(path).text
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body.split("<main", 1)[1])).split())


@pytest.fixture
def browser():
    return Browser(ControlPlane())


def test_an_execution_shows_who_when_what_and_why(browser):
    text = browser.text(PAGE)
    for part in ("a1b2c3 FAILED", "wine.training_wf v1", "2026-03-04 05:06:08", "1 m 15 s", "manual by ada", "USER:ValueError"):
        assert part in text
    assert "test_size 0.3" in text and "s3://b/report.csv download" in text


def test_nodes_are_nested_with_attempts_logs_inputs_and_outputs(browser):
    body, text = browser.get(PAGE).text, browser.text(PAGE)
    assert re.findall(r'depth (d\d)"></span><a[^>]*nodes/([^"]*)"', body) == [
        ("d0", "start-node"),
        ("d0", "n0"),
        ("d0", "n1"),
        ("d1", "n1-0-n0"),
        ("d1", "n1-0-n1"),
        ("d2", "n1-0-n1-0-n0"),
        ("d0", "n2"),
        ("d0", "n3"),
    ]
    assert "wine.train SUCCEEDED 1.2 s 2026-03-04 05:06:09 1 SUCCEEDED 42 ms log 1 input x 1.5" in text
    assert "1 output o0 a long text" in text
    assert "1 FAILED 42 ms log USER:ValueError" in text and "2 FAILED 42 ms log" in text
    assert f'href="{SCOPE}/executions/child1"' in body


def test_links_to_own_logs_survive_a_change_of_port(browser):
    body = browser.get(PAGE).text
    assert 'href="/logs/flytesnacks/development/a1b2c3/a1b2c3-n0-0"' in body and "30080" not in body


def test_links_to_other_logs_stay(browser):
    assert views.own_link("https://logs.example/logs/x", EXECUTION) == "https://logs.example/logs/x"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.042, "42 ms"), (4.25, "4.2 s"), (75, "1 m 15 s"), (3725, "1 h 02 m"), (266400, "3 d 02 h")]
)
def test_spans(seconds, text):
    assert views.span(seconds) == text


def test_what_users_wrote_is_never_markup(browser):
    body = browser.get(PAGE).text
    assert "<script>alert" not in body and "&lt;script&gt;alert(1)" in body


def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(browser):
    answer = browser.get(PAGE)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', answer.text)
    assert loaded == ["/console/static/console.css", "data:,", "/console/static/console.js"]
    assert "style=" not in answer.text and "onclick" not in answer.text


def test_a_running_execution_refreshes_and_an_ended_one_does_not():
    running = Browser(ControlPlane(phase=core.WorkflowExecution.RUNNING)).get(PAGE).text
    assert "<main data-live>" in running and 'http-equiv="refresh"' in running
    ended = Browser(ControlPlane()).get(PAGE).text
    assert "data-live" not in ended and "http-equiv" not in ended


def test_ten_thousand_nodes_come_in_pages():
    browser = Browser(ControlPlane(extra=10_000))
    first = browser.get(PAGE)
    assert first.text.count("/nodes/x") == 45 and browser.control_plane.calls < 200
    (following,) = re.findall(r'href="(\?token=[^"]*)"', first.text)
    second = browser.get(PAGE + following)
    assert re.findall(r"/nodes/(x\d+)", second.text)[0] == "x45"


def test_a_node_with_many_nodes_inside_shows_some_and_links_to_all():
    control_plane = ControlPlane()
    control_plane.inside["n1"] = [f"n1-0-y{i}" for i in range(500)]
    browser = Browser(control_plane)
    assert browser.get(PAGE).text.count("/nodes/n1-0-y") == 20 and "more nodes inside" in browser.text(PAGE)
    assert browser.get(f"{PAGE}/nodes/n1").text.count("/nodes/n1-0-y") == 50


def test_a_node_has_a_page_of_its_own(browser):
    text = browser.text(f"{PAGE}/nodes/n2")
    assert "n2 FAILED" in text and "wine.train v1" in text and "Inputs x 1.5" in text and "Outputs none" in text


def test_executions_are_listed_in_pages(browser):
    body = browser.get(f"{SCOPE}/executions").text
    assert body.count(f'href="{PAGE}"') == 3 and 'href="?token=t0k"' in body
    assert "?token=t0k" not in browser.get(f"{SCOPE}/executions?token=t0k").text


def test_home_leads_to_every_project_and_domain(browser):
    body = browser.get("/console").text
    assert f'href="{SCOPE}/executions"' in body and "/domains/production/executions" in body


def test_entities_have_lists_and_version_pages(browser):
    assert f'href="{SCOPE}/workflow/wine.training_wf/version/v1"' in browser.get(f"{SCOPE}/workflows").text
    text = browser.text(f"{SCOPE}/task/wine.train/version/v1")
    assert "Trains." in text and "ns list[integer] how many" in text and '"python-task"' in text


def test_what_is_not_there_is_a_page_that_says_so(browser):
    answer = browser.get(f"{SCOPE}/executions/nothing")
    assert answer.status == 404 and "missing entity of type execution" in answer.text
    assert browser.get(f"{SCOPE}/nonsense").status == 404


def test_a_download_goes_to_a_fresh_signed_url(browser):
    answer = browser.get("/console/download?uri=s3%3A%2F%2Fb%2Freport.csv")
    assert (answer.status, answer.headers["location"]) == (307, "http://localhost/objects/x?of=s3://b/report.csv")


@pytest.mark.parametrize("name", ["console.css", "console.js"])
def test_styles_and_script_are_served_from_here(browser, name):
    assert browser.get(f"/console/static/{name}").status == 200


def test_a_live_execution_says_at_which_gates_it_waits():
    text = Browser(ControlPlane(phase=core.WorkflowExecution.RUNNING)).text(PAGE)
    assert "Waits for publish" in text and "title" not in text


def test_an_execution_that_has_ended_waits_for_nothing(browser):
    assert "Waits for" not in browser.text(PAGE)

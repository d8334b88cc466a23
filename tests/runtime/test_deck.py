from pathlib import Path

import pytest
from runtime_attempts import Workbench

from glidepath.runtime.deck import Deck, render

SOURCE = """
from glidepath import task
from glidepath.runtime.deck import Deck

@task(enable_deck=True)
def shown(n: int) -> int:
    Deck("curve", "<b>loss</b>").append("<i>accuracy</i>")
    return n

@task
def hidden(n: int) -> int:
    Deck("curve", "<b>loss</b>")
    return n
"""


def test_a_page_holds_all_decks_and_escapes_their_names() -> None:
    page = render([Deck("a<b", "<p>1</p>", auto_add_to_deck=False), Deck("c", "<p>2</p>", auto_add_to_deck=False)])
    assert '<a href="#deck-0">a&lt;b</a> <a href="#deck-1">c</a>' in page
    assert '<section id="deck-1"><p>2</p></section>' in page


@pytest.mark.parametrize(("task", "files"), [("shown", {"outputs.pb", "deck.html"}), ("hidden", {"outputs.pb"})])
def test_a_deck_is_written_when_the_task_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, files: set[str]
) -> None:
    bench = Workbench(tmp_path, monkeypatch, SOURCE)
    bench.run(task, n=1)
    assert bench.written() == files


def test_the_deck_holds_what_the_task_put_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(tmp_path, monkeypatch, SOURCE)
    bench.run("shown", n=1)
    assert "<b>loss</b>\n<i>accuracy</i>" in (tmp_path / "out" / "deck.html").read_text()

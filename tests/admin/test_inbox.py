"""The orchestrator's inbox."""

import threading

from glidepath.admin.inbox import Inbox


def test_lines_are_served_in_turn() -> None:
    inbox = Inbox[str, str]()
    for number in range(1000):
        inbox.put("wide", f"w{number}")
    inbox.put("hello", "h0")
    inbox.put("hello", "h1")
    assert inbox.take(5, 0) == ["w0", "h0", "w1", "h1", "w2"]


def test_a_line_keeps_its_order_over_several_takes() -> None:
    inbox = Inbox[str, int]()
    for number in range(10):
        inbox.put("even" if number % 2 == 0 else "odd", number)
    taken = [number for _ in range(4) for number in inbox.take(3, 0)]
    assert [number for number in taken if number % 2 == 0] == [0, 2, 4, 6, 8]
    assert [number for number in taken if number % 2] == [1, 3, 5, 7, 9]


def test_gives_nothing_when_the_time_is_over() -> None:
    assert Inbox[str, int]().take(5, 0) == []


def test_wakes_who_waits() -> None:
    inbox = Inbox[str, int]()
    thread = threading.Timer(0.01, inbox.put, ("e", 1))
    thread.start()
    assert inbox.take(5, None) == [1]
    thread.join()

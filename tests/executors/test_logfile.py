from pathlib import Path

from glidepath.executors.processes.warm.logfile import LogFile


def test_keeps_what_fits(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"), 100)
    log.write(b"one\n")
    log.write(b"two\n")
    log.close()
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_no_output_makes_no_file(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"), 100)
    log.close()
    assert not (tmp_path / "log").exists()


def test_cuts_the_middle_and_says_how_much(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"), 10)
    log.write(b"0123456789")
    log.write(b"x" * 5000)
    log.write(b"the end")
    log.close()
    head, note, tail = (tmp_path / "log").read_text().split("\n")
    assert head == "0123456789"
    assert note == "[glidepath: 911 bytes cut here; a log holds 10 bytes]"
    assert (len(tail), tail[-8:]) == (4096, "xthe end")


def test_the_tail_is_what_came_last(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"), 10)
    log.write(b"a" * 9000 + b"z")
    assert log.tail() == "a" * 4095 + "z"


def test_a_full_disk_does_not_stop_the_task() -> None:
    log = LogFile("/dev/full", 100)
    log.write(b"lost")
    log.write(b"lost")
    log.close()
    assert log.tail() == "lostlost"

from glidepath.executors.processes.admission import Admission, Request

SMALL, LARGE = Request(1, 100), Request(4, 100)


def admission(slots: int = 10, patience: float = 30) -> Admission:
    return Admission(Request(4, 1000, 1), slots, patience)


def test_admits_what_fits_in_the_order_of_arrival() -> None:
    room = admission()
    for name in "abcdef":
        room.join(name, "e1", SMALL, 0)
    assert room.admit(0) == ["a", "b", "c", "d"]
    assert room.waits("e")
    room.leave("b")
    assert room.admit(1) == ["e"]


def test_executions_take_turns() -> None:
    room = admission(slots=3)
    for name in ("a1", "a2", "a3"):
        room.join(name, "a", SMALL, 0)
    room.join("b1", "b", SMALL, 0)
    assert room.admit(0) == ["a1", "b1", "a2"]


def test_memory_and_gpus_count_as_well() -> None:
    room = admission()
    room.join("m1", "e", Request(0.1, 600), 0)
    room.join("m2", "e", Request(0.1, 600), 0)
    room.join("g1", "e", Request(0.1, 1, 1), 0)
    room.join("g2", "e", Request(0.1, 1, 1), 0)
    assert room.admit(0) == ["m1", "g1"]


def test_small_ones_pass_a_large_one_until_it_has_waited_too_long() -> None:
    room = admission(patience=30)
    room.join("s1", "a", SMALL, 0)
    assert room.admit(0) == ["s1"]
    room.join("large", "b", LARGE, 0)
    room.join("s2", "a", SMALL, 1)
    assert room.admit(1) == ["s2"]
    room.join("s3", "a", SMALL, 40)
    assert room.admit(40) == []
    room.leave("s1")
    room.leave("s2")
    assert room.admit(41) == ["large"]


def test_a_long_line_that_moves_does_not_grow_impatient() -> None:
    room = admission(slots=1, patience=30)
    for number in range(100):
        room.join(f"wide{number}", "wide", SMALL, 0)
    assert room.admit(0) == ["wide0"]
    room.leave("wide0")
    assert room.admit(50) == ["wide1"]
    room.join("hello", "hello", SMALL, 60)
    room.leave("wide1")
    assert room.admit(100) == ["wide2"]
    room.leave("wide2")
    assert room.admit(101) == ["hello"]


def test_knows_what_can_never_fit() -> None:
    room = admission()
    assert room.can_ever_hold(LARGE)
    assert not room.can_ever_hold(Request(5, 1))
    assert not room.can_ever_hold(Request(1, 1001))
    assert not room.can_ever_hold(Request(1, 1, 2))


def test_one_that_waits_can_leave() -> None:
    room = admission(slots=1)
    room.join("a", "e", SMALL, 0)
    room.join("b", "e", SMALL, 0)
    room.join("c", "e", SMALL, 0)
    assert room.admit(0) == ["a"]
    room.leave("b")
    room.leave("a")
    assert room.admit(0) == ["c"]


def test_says_why_one_waits() -> None:
    room = admission()
    room.hold("a", Request(3.5, 900))
    assert room.why(SMALL) == "waiting for 1 cpu, 0 MiB; free: 0.5 cpu, 0 MiB, 1 gpu; attempts running: 1"


def test_what_runs_already_is_counted_even_beyond_the_capacity() -> None:
    room = admission()
    room.hold("a", LARGE)
    room.hold("b", LARGE)
    room.join("c", "e", SMALL, 0)
    assert room.admit(0) == []
    room.leave("a")
    assert room.admit(0) == []
    room.leave("b")
    assert room.admit(0) == ["c"]

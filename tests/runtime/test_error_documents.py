import asyncio

from glidepath.errors import (
    FlyteNonRecoverableSystemException,
    FlyteRecoverableException,
    FlyteSystemException,
    FlyteTypeException,
    FlyteUserRuntimeException,
)
from glidepath.idl import core
from glidepath.runtime.errors import summary, system_error, user_error, user_trace, write_place


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def deeper() -> None:
    try:
        {}["key"]
    except KeyError as cause:
        raise ValueError("oh no") from cause


def test_the_chain_is_kept_and_each_type_named() -> None:
    try:
        deeper()
    except ValueError as error:
        text = user_trace(error)
    assert "KeyError: 'key'" in text
    assert "The above exception was the direct cause" in text
    assert text.endswith("ValueError: oh no")


def test_frames_of_the_standard_library_before_the_users_are_left_out() -> None:
    async def boom() -> None:
        raise ValueError("async")

    try:
        asyncio.run(boom())
    except ValueError as error:
        caught = error
    caught.__traceback__ = caught.__traceback__.tb_next if caught.__traceback__ else None
    text = user_trace(caught)
    assert "in boom" in text
    assert "asyncio" not in text.replace('raise ValueError("async")', "")


def test_a_summary_is_never_empty() -> None:
    assert summary(KeyError("x")) == "KeyError: 'x'"
    assert summary(ValueError()) == "ValueError"


def test_the_users_exception_is_final() -> None:
    wrapped = FlyteUserRuntimeException("x")
    wrapped.__cause__ = raised(ValueError("oh no"))
    error = user_error(wrapped).error
    assert (error.code, error.kind, error.origin) == (
        "USER:RuntimeError",
        core.ContainerError.NON_RECOVERABLE,
        core.ExecutionError.USER,
    )
    assert error.message.startswith("Trace:\n\n    Traceback (most recent call last):\n")
    assert error.message.endswith("\n\nMessage:\n\n    ValueError: oh no")
    assert error.timestamp.seconds > 0


def test_a_recoverable_exception_asks_for_another_attempt() -> None:
    wrapped = FlyteUserRuntimeException("x")
    wrapped.__cause__ = raised(FlyteRecoverableException("again"))
    error = user_error(wrapped, worker="w1").error
    assert (error.code, error.kind, error.worker) == ("USER:Recoverable", core.ContainerError.RECOVERABLE, "w1")


def test_conversions_fail_for_good_and_the_rest_may_be_tried_again() -> None:
    conversion = system_error(raised(FlyteNonRecoverableSystemException("no"))).error
    other = system_error(raised(FlyteSystemException("net"))).error
    assert (conversion.code, conversion.kind) == ("SYSTEM", core.ContainerError.NON_RECOVERABLE)
    assert (other.code, other.kind, other.origin) == (
        "SYSTEM",
        core.ContainerError.RECOVERABLE,
        core.ExecutionError.SYSTEM,
    )


def test_distributed_workers_write_files_of_their_own() -> None:
    assert write_place({}, "id") == ("error.pb", "")
    assert write_place({"_F_DES": "earliest", "_F_WN": "w"}, "id") == ("error-id.pb", "w")


def test_what_the_sdk_says_of_a_value_comes_without_its_own_frames() -> None:
    misfit = raised(FlyteTypeException("expected a value of type int, got 'text'"))
    misfit.__traceback__ = None  # the frames of a real one are the SDK's, this test's look like a user's
    error = FlyteNonRecoverableSystemException("output 'o0' cannot be converted", where="task t")
    error.__cause__ = misfit
    assert system_error(error).error.message == (
        "Message:\n\n    FlyteNonRecoverableSystemException: output 'o0' cannot be converted\n      at: task t"
    )

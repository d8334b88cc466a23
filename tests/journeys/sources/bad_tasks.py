"""Tasks that end badly, each in a workflow of its own, so that only their own retries count."""

import os
import signal
import sys
import time
from datetime import timedelta

from glidepath import Resources, task, workflow


@task
def raises(n: int) -> int:
    return {"a": n}["b"]


@task
def exits(code: int) -> int:
    sys.exit(code)
    return code


@task
def vanishes(code: int) -> int:
    os._exit(code)
    return code


@task
def killed() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


@task(limits=Resources(mem="128Mi"))
def hungry() -> int:
    hoard = []
    for _ in range(64):
        hoard.append(bytearray(os.urandom(1 << 20)) * 16)
        time.sleep(0.01)
    return len(hoard)


@task
def prints(mib: int) -> int:
    print("the first line")
    for _ in range(mib):
        sys.stdout.write(f"{'x' * 1023}\n" * 1024)
    print("the last line")
    return mib


@task
def wrong() -> int:
    return "text"  # type: ignore[return-value]


@task
def deaf(pid_file: str) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(f"{pid_file}.new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(f"{pid_file}.new", pid_file)
    while True:
        time.sleep(60)


@task
def endless(pid_file: str) -> None:
    with open(f"{pid_file}.new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(f"{pid_file}.new", pid_file)
    while True:
        time.sleep(60)


@task
def nothing() -> None:
    print("done")


@task(timeout=timedelta(seconds=1))
def slow() -> None:
    time.sleep(600)


@workflow
def raises_wf(n: int) -> int:
    return raises(n=n)


@workflow
def exits_wf(code: int) -> int:
    return exits(code=code)


@workflow
def vanishes_wf(code: int) -> int:
    return vanishes(code=code)


@workflow
def killed_wf() -> int:
    return killed()


@workflow
def hungry_wf() -> int:
    return hungry()


@workflow
def prints_wf(mib: int) -> int:
    return prints(mib=mib)


@workflow
def wrong_wf() -> int:
    return wrong()


@workflow
def deaf_wf(pid_file: str) -> None:
    deaf(pid_file=pid_file)


@workflow
def endless_wf(pid_file: str) -> None:
    endless(pid_file=pid_file)


@workflow
def slow_wf() -> None:
    slow()


@workflow
def nothing_wf() -> None:
    nothing()

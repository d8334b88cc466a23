"""Back-off: attempts that wait longer each time, for services that need a moment. An option beyond stock Flyte.

pyflyte run examples/backoff.py fetch_wf --failures 2
"""

from datetime import timedelta

from glidepath import RetryBackoff, current_context, task, workflow
from glidepath.errors import FlyteRecoverableException


@task(retries=3, retry_backoff=RetryBackoff(timedelta(milliseconds=100), factor=3.0, maximum=timedelta(seconds=1)))
def fetch(failures: int) -> int:
    """Fails a number of times, which its checkpoint counts; gives the number of its attempt. Waits 0.1, 0.3 and 0.9 s."""
    checkpoint = current_context().checkpoint
    before = checkpoint.read() if checkpoint.prev_exists() else None
    tried = int(before or b"0")
    if tried < failures:
        checkpoint.write(str(tried + 1).encode())
        raise FlyteRecoverableException(f"attempt {tried + 1} met a busy service")
    return tried + 1


@workflow
def fetch_wf(failures: int = 2) -> int:
    return fetch(failures=failures)

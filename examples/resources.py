"""What a task asks of the machine: cpu, memory, secrets, environment, and how one call asks for more.

pyflyte run --remote --wait examples/resources.py sizes_wf
"""

import os

from glidepath import Resources, Secret, current_context, task, workflow


@task(requests=Resources(cpu="250m", mem="100Mi"), limits=Resources(cpu="1", mem="500Mi"), environment={"UNIT": "MiB"})
def measure(n: int) -> str:
    return f"{n} {os.environ.get('UNIT', 'bytes')}"


@task(secret_requests=[Secret(group="mail", key="password")])
def has_password(expected: bool) -> bool:
    """Secrets are asked for by name; their values are in no spec and no log. Locally: FLYTE_SECRETS_ENV_PREFIX, or a file."""
    if not expected:
        return False
    return bool(current_context().secrets.get("mail", "password"))


@task(cache=True, cache_version="1", cache_serialize=True)
def square(n: int) -> int:
    """Runs once for each ``n``: a second call finds the first one's output."""
    return n * n


@workflow
def sizes_wf(n: int = 3) -> tuple[str, str, bool]:
    """The same task twice, the second time with more memory and a name of its own."""
    small = measure(n=n)
    large = measure(n=square(n=n)).with_overrides(  # type: ignore[attr-defined]  # a str to type checkers, an output here
        requests=Resources(cpu="500m", mem="200Mi"), limits=Resources(cpu="1", mem="1Gi"), node_name="large"
    )
    small >> large
    return small, large, has_password(expected=False)

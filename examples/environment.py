"""An environment: settings that many tasks share, said once.

pyflyte run examples/environment.py sizes_wf
"""

from glidepath import Environment, Resources, workflow

small = Environment(retries=2, requests=Resources(cpu="250m", mem="128Mi"), environment={"UNIT": "KiB"})
large = small.extend(requests=Resources(cpu="500m", mem="256Mi"))


@small.task
def sizes(texts: list[str]) -> list[int]:
    return [len(text.encode()) for text in texts]


@large.task
def largest(sizes: list[int]) -> int:
    return max(sizes)


@small.dynamic
def each(texts: list[str]) -> int:
    """Dynamic workflows take the same settings."""
    return largest(sizes=sizes(texts=texts))


@workflow
def sizes_wf(texts: list[str] = ["a", "grün", "three words here"]) -> int:  # noqa: B006  (declared, never changed)
    return each(texts=texts)

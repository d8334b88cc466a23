"""Cached tasks: by version, by a hash of the value, serialised, with an ignored input."""

from typing import Annotated

from glidepath import Cache, HashMethod, task, workflow


def by_content(words: list[str]) -> str:
    """What makes two lists the same: their words, in any order."""
    return "|".join(sorted(words))


@task(cache=Cache(version="1.0"))
def words(text: str) -> Annotated[list[str], HashMethod(by_content)]:
    return text.lower().split()


@task(cache=Cache(version="1.0", serialize=True, ignored_inputs=("note",)))
def count(words: list[str], note: str) -> int:
    """``note`` is no part of the key; of two runs that start at once, one waits for the other's result."""
    return len(set(words))


@task
def sentence(count: int) -> str:
    return f"{count} different words"


@workflow
def report_wf(text: str = "the cat and the dog and the bird", note: str = "first") -> str:
    return sentence(count=count(words=words(text=text), note=note))

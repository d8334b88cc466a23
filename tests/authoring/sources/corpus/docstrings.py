# ruff: noqa  (the sources show every way in which users write things)
"""Docstrings in three styles."""

from typing import NamedTuple

from flytekit import Description, Documentation, LaunchPlan, SourceCode, task, workflow


class Two(NamedTuple):
    count: int
    name: str


@task
def google(a: int, b: str = "x") -> int:
    """A google task.

    Its longer text
    on two lines.

    Args:
        a: the number, which is described
            on two lines
        b (str): the text

    Returns:
        int: the same number

    Raises:
        ValueError: never
    """
    return a


@task
def numpy(a: int, b: str) -> int:
    """
    A numpy task

    Parameters
    ----------
    a : int
        the number
    b : str, optional
        the text

        with a second paragraph

    Returns
    -------
    int
        the same number
    """
    return a


@task
def sphinx(a: int, b: str) -> int:
    """A sphinx task.

    :param a: the number
    :param str b: the text
       continued
    :return: the same number
    """
    return a


@task
def sphinx_named(a: int) -> Two:
    """:param a: the number
    :return count: how many
    :return name: whose
    """
    return Two(a, "x")


@task
def google_named(a: int) -> Two:
    """Named outputs.

    Args:
        a: the number

    Returns:
        count: how many
        name: whose
    """
    return Two(a, "x")


@task
def numpy_named(a: int) -> Two:
    """Named outputs.

    Returns
    -------
    count : int
        how many
    name : str
        whose
    """
    return Two(a, "x")


@task(
    docs=Documentation(
        short_description="s", long_description=Description(value="L", format=Description.DescriptionFormat.MARKDOWN)
    )
)
def short_over_docs(a: int) -> int:
    """From the docstring."""
    return a


@task(
    docs=Documentation(short_description="s", long_description=Description(value="L"), source_code=SourceCode(link="http://l"))
)
def long_over_docs(a: int) -> int:
    """From the docstring.

    Its body.
    """
    return a


@task
def one_line(a: int) -> int:
    """One line."""
    return a


@task
def prose(a: int) -> int:
    """Some prose
    over two lines without a blank.

    And: a colon in it.
    """
    return a


@workflow
def google_wf(a: int, b: str = "x") -> int:
    """A google workflow.

    With a body.

    Args:
        a: the number
        b: the text, with: a colon

    Returns:
        the result
    """
    return google(a=a, b=b)


@workflow(docs=Documentation(short_description="s"))
def docs_wf(a: int) -> int:
    """From the docstring

    Args:
      a: the number
    """
    return google(a=a)


@workflow
def sphinx_wf(a: int) -> tuple[int, str]:
    """
    A sphinx workflow.

    :param a: the number
    :return: two things
    """
    return google(a=a), "x"


google_plan = LaunchPlan.get_or_create(google_wf, "corpus.docstrings.google_plan", fixed_inputs={"a": 2})

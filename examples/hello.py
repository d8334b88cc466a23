"""The smallest workflow: one task, one input, one output.

pyflyte run examples/hello.py hello_wf --name Ada
pyflyte run --remote --wait examples/hello.py hello_wf --name Ada
"""

from glidepath import task, workflow


@task
def greet(name: str) -> str:
    return f"Hello, {name}!"


@workflow
def hello_wf(name: str) -> str:
    """Greets a person.

    Args:
        name: who is greeted
    """
    return greet(name=name)

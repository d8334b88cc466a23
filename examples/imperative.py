"""Imperative workflows: built by calls instead of a function, as from a configuration file.

pyflyte run examples/imperative.py build --path data/raw.csv
"""

from glidepath import Workflow, task


@task
def strip(path: str) -> str:
    return path.rsplit("/", 1)[-1]


@task
def upper(text: str) -> str:
    return text.upper()


@task
def join(parts: list[str]) -> str:
    return "+".join(parts)


STEPS = {"upper": upper}

build = Workflow(name="examples.imperative.build")
build.add_workflow_input("path", str)
name = build.add_entity(strip, path=build.inputs["path"])
steps = [build.add_entity(step, text=name.outputs["o0"]) for step in STEPS.values()]
last = build.add_entity(join, parts=[name.outputs["o0"], *(step.outputs["o0"] for step in steps)])
build.add_workflow_output("label", last.outputs["o0"])

"""Containers: a command instead of a function. Inputs and outputs are files, one for each.

pyflyte run examples/containers.py ellipse_wf --a 2 --b 3
"""

from glidepath import ContainerTask, kwtypes, task, workflow

PROGRAM = """
import math, pathlib, sys
a, b = map(float, sys.argv[1:])
pathlib.Path("/var/outputs/area").write_text(str(math.pi * a * b))
"""

ellipse_area = ContainerTask(
    name="ellipse_area",
    image="python:3.12-slim",
    input_data_dir="/var/inputs",
    output_data_dir="/var/outputs",
    inputs=kwtypes(a=float, b=float),
    outputs=kwtypes(area=float),
    command=["python3", "-c", PROGRAM, "{{.inputs.a}}", "{{.inputs.b}}"],
)


@task
def describe(area: float) -> str:
    return f"{area:.2f} square metres"


@workflow
def ellipse_wf(a: float = 2.0, b: float = 3.0) -> str:
    return describe(area=ellipse_area(a=a, b=b))

"""Launch plans as children: executions of their own, started by a node, with their own defaults and settings.

pyflyte run examples/children.py report_wf
pyflyte register --version v1 examples/children.py && pyflyte run --remote --wait examples/children.py report_wf
"""

from glidepath import LaunchPlan, task, workflow

SALES = {"north": [120, 80, 95], "south": [60, 210], "west": [33]}


@task
def sales(region: str) -> list[int]:
    return SALES[region]


@task
def summary(region: str, amounts: list[int], currency: str) -> str:
    return f"{region}: {sum(amounts)} {currency} in {len(amounts)} sales"


@workflow
def region_wf(region: str, currency: str = "EUR") -> str:
    return summary(region=region, amounts=sales(region=region), currency=currency)


# A plan with another default, and one that fixes what nobody may change.
north = LaunchPlan.get_or_create(region_wf, name="north_sales", default_inputs={"region": "north"})
dollars = LaunchPlan.get_or_create(region_wf, name="dollar_sales", fixed_inputs={"currency": "USD"}, max_parallelism=2)


@task
def join(lines: list[str]) -> str:
    return "\n".join(lines)


@workflow
def report_wf() -> str:
    """Three children, side by side; each is listed as an execution, linked to the node that started it."""
    return join(lines=[north(), dollars(region="south"), dollars(region="west")])

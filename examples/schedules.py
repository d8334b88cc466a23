"""Launch plans: other defaults, inputs that nobody may change, and schedules.

pyflyte register --activate-launchplans examples/schedules.py
pyflyte run --remote examples/schedules.py nightly
"""

from datetime import datetime, timedelta, timezone

from glidepath import Annotations, CronSchedule, FixedRate, Labels, LaunchPlan, task, workflow


@task
def summarise(kickoff: datetime, region: str, top: int) -> str:
    return f"{region}: top {top} of the day before {kickoff:%Y-%m-%d}"


@workflow
def summary_wf(kickoff: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc), region: str = "eu", top: int = 10) -> str:
    return summarise(kickoff=kickoff, region=region, top=top)


# Any execution of the workflow that names no launch plan takes this one.
default = LaunchPlan.get_or_create(workflow=summary_wf)

# `top` has another default; `region` is fixed: a launch cannot set it.
american = LaunchPlan.get_or_create(
    workflow=summary_wf,
    name="summary_us",
    default_inputs={"top": 3},
    fixed_inputs={"region": "us"},
    labels=Labels({"team": "sales"}),
    annotations=Annotations({"owner": "ada@example.com"}),
    max_parallelism=4,
)

# 02:30 UTC; the scheduler passes the fire time as `kickoff`.
nightly = LaunchPlan.get_or_create(
    workflow=summary_wf,
    name="summary_nightly",
    fixed_inputs={"region": "eu"},
    schedule=CronSchedule(schedule="30 2 * * *", kickoff_time_input_arg="kickoff"),
)

hourly = LaunchPlan.get_or_create(
    workflow=summary_wf,
    name="summary_hourly",
    default_inputs={"top": 1},
    schedule=FixedRate(duration=timedelta(hours=1), kickoff_time_input_arg="kickoff"),
)

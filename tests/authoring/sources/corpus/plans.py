# ruff: noqa  (the sources show every way in which users write things)
"""Launch plans with every field."""

from datetime import datetime, timedelta

from flytekit import (
    Annotations,
    ConcurrencyLimitBehavior,
    ConcurrencyPolicy,
    CronSchedule,
    Email,
    FixedRate,
    Labels,
    LaunchPlan,
    PagerDuty,
    SecurityContext,
    Slack,
    WorkflowExecutionPhase,
    task,
    workflow,
)
from flytekit.models.common import AuthRole, RawOutputDataConfig
from flytekit.models.security import Identity


@task
def use(a: int, b: str, at: datetime) -> str:
    return b


@workflow
def planned_wf(a: int, b: str = "b", at: datetime = datetime(2024, 5, 6, 7, 8)) -> str:
    return use(a=a, b=b, at=at)


created = LaunchPlan.create("corpus.plans.created", planned_wf)
with_defaults = LaunchPlan.create("corpus.plans.with_defaults", planned_wf, default_inputs={"a": 5, "b": "five"})
with_fixed = LaunchPlan.create("corpus.plans.with_fixed", planned_wf, fixed_inputs={"b": "fixed"})
with_both = LaunchPlan.create("corpus.plans.with_both", planned_wf, default_inputs={"a": 1}, fixed_inputs={"b": "fixed"})
labelled = LaunchPlan.get_or_create(
    planned_wf,
    "corpus.plans.labelled",
    labels=Labels({"b": "1", "a": "2"}),
    annotations=Annotations({"note": "x"}),
    max_parallelism=7,
    raw_output_data_config=RawOutputDataConfig("s3://bucket/raw"),
    overwrite_cache=True,
)
secured = LaunchPlan.get_or_create(
    planned_wf,
    "corpus.plans.secured",
    security_context=SecurityContext(run_as=Identity(iam_role="role", k8s_service_account="account")),
)
old_role = LaunchPlan.get_or_create(
    planned_wf, "corpus.plans.old_role", auth_role=AuthRole(assumable_iam_role="arn", kubernetes_service_account="ksa")
)
notified = LaunchPlan.get_or_create(
    planned_wf,
    "corpus.plans.notified",
    notifications=[
        Email(phases=[WorkflowExecutionPhase.SUCCEEDED, WorkflowExecutionPhase.FAILED], recipients_email=["a@example.com"]),
        Slack(phases=[WorkflowExecutionPhase.ABORTED], recipients_email=["b@example.com", "c@example.com"]),
        PagerDuty(phases=[WorkflowExecutionPhase.TIMED_OUT], recipients_email=["d@example.com"]),
    ],
)
hourly = LaunchPlan.get_or_create(
    planned_wf, "corpus.plans.hourly", fixed_inputs={"a": 1}, schedule=CronSchedule(schedule="@hourly"), auto_activate=True
)
cron = LaunchPlan.get_or_create(
    planned_wf,
    "corpus.plans.cron",
    fixed_inputs={"a": 1},
    schedule=CronSchedule(schedule="*/5 8 * * 1-5", offset="PT1H", kickoff_time_input_arg="at"),
)
fixed_days = LaunchPlan.get_or_create(
    planned_wf, "corpus.plans.days", fixed_inputs={"a": 1}, schedule=FixedRate(duration=timedelta(days=2))
)
fixed_hours = LaunchPlan.get_or_create(
    planned_wf,
    "corpus.plans.hours",
    fixed_inputs={"a": 1},
    schedule=FixedRate(duration=timedelta(hours=36), kickoff_time_input_arg="at"),
)
fixed_minutes = LaunchPlan.get_or_create(
    planned_wf, "corpus.plans.minutes", fixed_inputs={"a": 1}, schedule=FixedRate(duration=timedelta(minutes=61))
)
serial = LaunchPlan.get_or_create(
    planned_wf,
    "corpus.plans.serial",
    concurrency=ConcurrencyPolicy(max_concurrency=1, behavior=ConcurrencyLimitBehavior.SKIP),
)

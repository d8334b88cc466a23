"""Launch plans: inputs, names, schedules, notifications and the rest on the wire."""

from datetime import timedelta
from typing import Any

import pytest

from glidepath import (
    Annotations,
    AuthRole,
    ConcurrencyPolicy,
    CronSchedule,
    Email,
    FixedRate,
    Identity,
    Labels,
    LaunchPlan,
    Options,
    PagerDuty,
    RawOutputDataConfig,
    SecurityContext,
    Slack,
    WorkflowExecutionPhase,
    task,
    workflow,
)
from glidepath.authoring import SerializationSettings, specs_of
from glidepath.errors import FlyteAssertion, FlyteException, FlyteTypeException, FlyteValidationException
from glidepath.idl import admin, core

SETTINGS = SerializationSettings(project="p", domain="d", version="v")


@task
def add(a: int, b: int) -> int:
    return a + b


@workflow
def wf(a: int, b: int = 2) -> int:
    return add(a=a, b=b)


@workflow(default_options=Options(labels=Labels({"l": "1"}), annotations=Annotations({"n": "2"})))
def labelled_wf(a: int) -> int:
    return add(a=a, b=a)


def named(suffix: str) -> str:
    return f"{__name__}.{suffix}"


def test_defaults_and_fixed_inputs() -> None:
    spec = LaunchPlan.create(named("inputs"), wf, default_inputs={"a": 5}, fixed_inputs={"b": 6}).spec(SETTINGS).spec
    assert list(spec.default_inputs.parameters) == ["a"]
    assert spec.default_inputs.parameters["a"].default.scalar.primitive.integer == 5
    assert spec.fixed_inputs.literals["b"].scalar.primitive.integer == 6
    assert spec.workflow_id == core.Identifier(
        resource_type=core.ResourceType.WORKFLOW, project="p", domain="d", name=named("wf"), version="v"
    )


def test_the_default_plan_has_the_workflows_name_and_options() -> None:
    plan = LaunchPlan.get_default_launch_plan(None, labelled_wf)
    assert plan is LaunchPlan.get_or_create(labelled_wf) is LaunchPlan.get_or_create(labelled_wf, labelled_wf.name)
    message = plan.spec(SETTINGS)
    assert message.id.name == named("labelled_wf")
    assert (dict(message.spec.labels.values), dict(message.spec.annotations.values)) == ({"l": "1"}, {"n": "2"})


def test_everything_else_reaches_the_wire() -> None:
    plan = LaunchPlan.get_or_create(
        wf,
        named("everything"),
        fixed_inputs={"a": 1},
        labels=Labels({"l": "1"}),
        annotations=Annotations({"n": "2"}),
        raw_output_data_config=RawOutputDataConfig("s3://b/raw"),
        max_parallelism=7,
        security_context=SecurityContext(run_as=Identity(iam_role="role")),
        overwrite_cache=True,
        auto_activate=True,
        concurrency=ConcurrencyPolicy(3),
    )
    spec = plan.spec(SETTINGS).spec
    assert (dict(spec.labels.values), dict(spec.annotations.values)) == ({"l": "1"}, {"n": "2"})
    assert spec.raw_output_data_config.output_location_prefix == "s3://b/raw"
    assert (spec.max_parallelism, spec.overwrite_cache) == (7, True)
    assert spec.security_context.run_as.iam_role == "role"
    assert spec.concurrency_policy == admin.ConcurrencyPolicy(
        max=3, behavior=admin.ConcurrencyLimitBehavior.CONCURRENCY_LIMIT_BEHAVIOR_SKIP
    )
    assert plan.settings.auto_activate


def test_an_old_auth_role_becomes_a_security_context() -> None:
    plan = LaunchPlan.create(named("role"), wf, auth_role=AuthRole("arn", "ksa"))
    assert plan.spec(SETTINGS).spec.security_context.run_as == core.Identity(iam_role="arn", k8s_service_account="ksa")


def test_notifications() -> None:
    plan = LaunchPlan.create(
        named("notified"),
        wf,
        notifications=[
            Email([WorkflowExecutionPhase.SUCCEEDED, WorkflowExecutionPhase.FAILED], ["a@x"]),
            Slack([WorkflowExecutionPhase.ABORTED], ["b@x"]),
            PagerDuty([WorkflowExecutionPhase.TIMED_OUT], ["c@x"]),
        ],
    )
    email, slack, pager = plan.spec(SETTINGS).spec.entity_metadata.notifications
    assert (list(email.phases), list(email.email.recipients_email)) == ([4, 6], ["a@x"])
    assert (list(slack.slack.recipients_email), list(pager.pager_duty.recipients_email)) == (["b@x"], ["c@x"])


def test_a_notification_is_for_phases_that_end_an_execution() -> None:
    with pytest.raises(FlyteValidationException, match="phase RUNNING ends no execution"):
        Email([WorkflowExecutionPhase.RUNNING], ["a@x"])
    with pytest.raises(FlyteValidationException, match="needs at least one phase"):
        Email([], ["a@x"])


@pytest.mark.parametrize(
    ("rate", "value", "unit"),
    [
        (timedelta(days=2), 2, admin.FixedRateUnit.DAY),
        (timedelta(hours=24), 1, admin.FixedRateUnit.DAY),
        (timedelta(hours=36), 36, admin.FixedRateUnit.HOUR),
        (timedelta(minutes=61), 61, admin.FixedRateUnit.MINUTE),
    ],
)
def test_a_rate_is_written_in_the_largest_unit_that_fits(rate: timedelta, value: int, unit: int) -> None:
    assert FixedRate(rate).message().rate == admin.FixedRate(value=value, unit=unit)  # type: ignore[arg-type]


def test_a_cron_schedule() -> None:
    message = CronSchedule(schedule="*/5 8-18/2 * * 1-5", offset="PT1H", kickoff_time_input_arg="at").message()
    assert (message.cron_schedule.schedule, message.cron_schedule.offset) == ("*/5 8-18/2 * * 1-5", "PT1H")
    assert message.kickoff_time_input_arg == "at"


@pytest.mark.parametrize("schedule", ["@hourly", "daily", "hours", "0 0 1 JAN MON", "0,30 * * * *", "0 12 ? * 7"])
def test_schedules_that_are_fine(schedule: str) -> None:
    assert CronSchedule(schedule=schedule).message().cron_schedule.schedule == schedule


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CronSchedule(schedule="x y"), "has 2 fields, not five"),
        (lambda: CronSchedule(schedule="* * * * * *"), "has 6 fields, not five"),
        (lambda: CronSchedule(schedule="61 * * * *"), "has '61' for the minute, which goes from 0 to 59"),
        (lambda: CronSchedule(schedule="0 0 * 13 *"), "has '13' for the month, which goes from 1 to 12"),
        (lambda: CronSchedule(schedule="@reboot"), "has 1 fields"),
        (lambda: CronSchedule(), "needs a schedule"),
        (lambda: CronSchedule(cron_expression="0 0 * * ? *"), "took the six fields of AWS and is gone"),
        (lambda: CronSchedule(schedule="@daily", offset="1h"), "the offset '1h' is no ISO 8601 duration"),
        (lambda: FixedRate(timedelta(seconds=90)), "counts whole minutes"),
        (lambda: FixedRate(timedelta(0)), "counts whole minutes"),
        (lambda: FixedRate(60), "must be a timedelta"),  # type: ignore[arg-type]
        (lambda: ConcurrencyPolicy(-1), "must be a whole number from 0 on"),
    ],
)
def test_what_no_schedule_can_be(make: Any, message: str) -> None:
    with pytest.raises(FlyteException, match=message):
        make()


def test_the_same_plan_twice_is_one() -> None:
    first = LaunchPlan.get_or_create(wf, named("once"), default_inputs={"a": 1})
    assert LaunchPlan.get_or_create(wf, named("once"), default_inputs={"a": 1}) is first


def test_another_plan_of_the_same_name_is_refused_with_both_places() -> None:
    first = LaunchPlan.get_or_create(wf, named("taken"))
    with pytest.raises(FlyteAssertion, match=r"exists already, with default_inputs=\{\} instead of \{'a': 9\}") as caught:
        LaunchPlan.get_or_create(wf, named("taken"), default_inputs={"a": 9})
    assert str(first.source) in caught.value.where
    with pytest.raises(FlyteAssertion, match="exists already, with workflow .*"):
        LaunchPlan.get_or_create(labelled_wf, named("taken"))
    with pytest.raises(FlyteAssertion, match="a launch plan named .*taken exists already"):
        LaunchPlan.create(named("taken"), wf)


def test_a_module_that_is_imported_again_replaces_its_plans() -> None:
    source = (
        "from glidepath import LaunchPlan, workflow\n"
        "@workflow\n"
        "def reloaded(a: int) -> int:\n"
        "    return a\n"
        "plan = LaunchPlan.create('reloaded.plan', reloaded, default_inputs={'a': VALUE})\n"
    )
    values = []
    for value in (1, 2):
        scope: dict[str, Any] = {"__name__": "reloaded", "VALUE": value}
        exec(compile(source, "reloaded.py", "exec"), scope)
        values.append(scope["plan"].parameters.parameters["a"].default.scalar.primitive.integer)
    assert values == [1, 2]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"default_inputs": {"z": 1}}, FlyteAssertion, "gives a default value for 'z', which is no input of"),
        ({"fixed_inputs": {"z": 1}}, FlyteAssertion, "gives a fixed value for 'z'"),
        ({"fixed_inputs": {"a": 1}, "default_inputs": {"a": 1}}, FlyteAssertion, "both a default and a fixed value for a"),
        ({"fixed_inputs": {"a": "x"}}, FlyteTypeException, "the value for input 'a' of .*wf does not fit"),
        ({"max_parallelism": "x"}, FlyteValidationException, "max_parallelism='x' must be a whole number"),
        ({"labls": 1}, FlyteValidationException, "LaunchPlan has no argument 'labls'"),
        (
            {"schedule": CronSchedule(schedule="@daily", kickoff_time_input_arg="at")},
            FlyteAssertion,
            "fills input 'at', which .*wf does not have",
        ),
        (
            {"auth_role": AuthRole("a"), "security_context": SecurityContext()},
            FlyteValidationException,
            "say the same thing",
        ),
    ],
)
def test_wrong_arguments(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        LaunchPlan.create(named("wrong"), wf, **options)


def test_settings_need_a_name() -> None:
    with pytest.raises(FlyteValidationException, match="the default launch plan of .*wf has no settings of its own"):
        LaunchPlan.get_or_create(wf, default_inputs={"a": 1})


def test_a_declared_plan_of_the_workflows_name_is_its_default_plan() -> None:
    @workflow
    def own_default(a: int) -> int:
        return add(a=a, b=a)

    plan = LaunchPlan.get_or_create(own_default, own_default.name, default_inputs={"a": 4})
    specs = specs_of([own_default, plan], SETTINGS)
    assert [spec.entity for spec in specs if spec.entity.kind == core.ResourceType.LAUNCH_PLAN] == [plan]

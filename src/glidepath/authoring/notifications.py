"""Who hears of an execution's end: Email, Slack and PagerDuty, all by e-mail address, as flyteidl's Notification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glidepath.errors import FlyteValidationException
from glidepath.idl import admin, core


class WorkflowExecutionPhase:
    """The phases of an execution, as the numbers that the wire has."""

    UNDEFINED = core.WorkflowExecution.UNDEFINED
    QUEUED = core.WorkflowExecution.QUEUED
    RUNNING = core.WorkflowExecution.RUNNING
    SUCCEEDING = core.WorkflowExecution.SUCCEEDING
    SUCCEEDED = core.WorkflowExecution.SUCCEEDED
    FAILING = core.WorkflowExecution.FAILING
    FAILED = core.WorkflowExecution.FAILED
    ABORTED = core.WorkflowExecution.ABORTED
    TIMED_OUT = core.WorkflowExecution.TIMED_OUT
    ABORTING = core.WorkflowExecution.ABORTING

    @staticmethod
    def enum_to_string(phase: int) -> str:
        """The name of a phase: ``RUNNING``."""
        return core.WorkflowExecution.Phase.Name(phase)


_FINAL = (
    WorkflowExecutionPhase.SUCCEEDED,
    WorkflowExecutionPhase.FAILED,
    WorkflowExecutionPhase.ABORTED,
    WorkflowExecutionPhase.TIMED_OUT,
)


@dataclass(frozen=True)
class Notification:
    """The base of the three kinds: phases that count, and addresses."""

    phases: Sequence[core.WorkflowExecution.Phase]
    recipients_email: Sequence[str]

    def __post_init__(self) -> None:
        if not self.phases:
            raise FlyteValidationException("a notification needs at least one phase")
        for phase in self.phases:
            if phase not in _FINAL:
                raise FlyteValidationException(
                    f"phase {WorkflowExecutionPhase.enum_to_string(phase)} ends no execution, so nobody is notified of it",
                    hint="choose of WorkflowExecutionPhase.SUCCEEDED, FAILED, ABORTED, TIMED_OUT",
                )

    def message(self) -> admin.Notification:
        raise FlyteValidationException("a notification is one of Email, Slack, PagerDuty")


class Email(Notification):
    """``Email(phases=[WorkflowExecutionPhase.FAILED], recipients_email=["me@example.com"])``"""

    def message(self) -> admin.Notification:
        return admin.Notification(phases=self.phases, email=admin.EmailNotification(recipients_email=self.recipients_email))


class Slack(Notification):
    """To the e-mail address of a Slack channel."""

    def message(self) -> admin.Notification:
        return admin.Notification(phases=self.phases, slack=admin.SlackNotification(recipients_email=self.recipients_email))


class PagerDuty(Notification):
    """To the e-mail address of a PagerDuty service."""

    def message(self) -> admin.Notification:
        return admin.Notification(
            phases=self.phases, pager_duty=admin.PagerDutyNotification(recipients_email=self.recipients_email)
        )

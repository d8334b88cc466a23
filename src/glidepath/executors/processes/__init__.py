"""The executor ``processes``: attempts as processes of this machine, forked from warm parents."""

from glidepath.executors.processes.config import ProcessConfig
from glidepath.executors.processes.executor import ProcessExecutor

__all__ = ["ProcessConfig", "ProcessExecutor"]

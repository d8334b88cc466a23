"""What an operator decides about running attempts as processes of this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from glidepath.executors.environment import Platform
from glidepath.executors.processes.admission import Request
from glidepath.executors.secrets import ENV_PREFIX, SecretSource
from glidepath.executors.verdict import MAX_OUTPUT_BYTES

_MEBIBYTE = 1024 * 1024


def machine_memory() -> int:
    """The memory of this machine in bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def own_environment() -> dict[str, str]:
    """The server's variables that attempts may see: all but secrets and what belongs to the server's own interpreter."""
    private = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    return {key: value for key, value in os.environ.items() if not key.startswith(ENV_PREFIX) and key not in private}


def own_secrets() -> SecretSource:
    """The secrets that the server was started with: its variables ``_FSEC_<GROUP>_<KEY>``."""
    return SecretSource({key: value for key, value in os.environ.items() if key.startswith(ENV_PREFIX)})


@dataclass(frozen=True)
class ProcessConfig:
    """Settings of the executor. Only ``root`` must be given."""

    root: Path
    """The folder for attempts, code and logs. One executor at a time works on it."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Image name or glob pattern → python executable; names are tried first, then patterns in order, then this python."""
    cpus: float = field(default_factory=lambda: float(os.cpu_count() or 1))
    memory_bytes: int = field(default_factory=machine_memory)
    gpus: int = 0
    max_running: int = 256
    """Attempts that run at one time, however little they ask for."""
    max_eager: int = 64
    """Eager attempts that run at one time at each depth of nesting. They take no cpu and no memory: they wait for others."""
    default_cpus: float = 0.25
    """What a task counts for that asks for no cpu."""
    default_memory_bytes: int = 128 * _MEBIBYTE
    """What a task counts for that asks for no memory. It is not limited to it."""
    patience_seconds: float = 30.0
    """After waiting this long, an attempt is not overtaken by smaller ones any more."""
    log_url: str = ""
    """Where a log can be read; may hold ``{project}``, ``{domain}``, ``{execution}``, ``{node}``, ``{attempt}``, ``{name}``."""
    log_limit_bytes: int = 64 * _MEBIBYTE
    grace_seconds: float = 5.0
    """Between SIGTERM and SIGKILL of an aborted attempt."""
    boot_seconds: float = 60.0
    """How long an environment may take to load its SDK."""
    preload: bool = True
    """Whether to load a bundle's modules once for all its attempts."""
    preload_seconds: float = 120.0
    idle_seconds: float = 300.0
    """After this long without work a warm parent ends."""
    max_parents: int = 8
    max_code: int = 64
    """Unpacked code bundles that are kept."""
    max_output_bytes: int = MAX_OUTPUT_BYTES
    platform: Platform = field(default_factory=Platform)
    secrets: SecretSource = field(default_factory=own_secrets)
    base_env: Mapping[str, str] = field(default_factory=own_environment)
    """The variables that every attempt starts from."""

    @property
    def room(self) -> Request:
        """All that attempts may claim together."""
        return Request(self.cpus, self.memory_bytes, self.gpus)

    def python_for(self, image: str) -> str:
        """The interpreter that stands for an image."""
        if image in self.images:
            return self.images[image]
        for pattern, python in self.images.items():
            if fnmatchcase(image, pattern):
                return python
        return sys.executable

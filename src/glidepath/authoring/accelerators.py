"""GPUs and TPUs by name, whole or partitioned: ``@task(accelerator=A100.partition_1g_5gb)``."""

from __future__ import annotations

from dataclasses import dataclass

from glidepath.errors import FlyteValidationException
from glidepath.idl import core

SHARED_MEMORY_NAME = "flyte-shared-memory"
SHARED_MEMORY_PATH = "/dev/shm"  # noqa: S108  (the mount point that the wire asks for, not a file of ours)


@dataclass(frozen=True)
class BaseAccelerator:
    """A device. The name is the one that the cluster labels its machines with."""

    device: str

    def message(self) -> core.GPUAccelerator:
        return core.GPUAccelerator(device=self.device)


@dataclass(frozen=True)
class GPUAccelerator(BaseAccelerator):
    """A device without partitions, or one that is not in the list: ``GPUAccelerator("my-gpu")``."""


@dataclass(frozen=True)
class MultiInstanceGPUAccelerator(BaseAccelerator):
    """A device that can be cut into partitions; asked for as it is, any form of it will do."""

    partition: str = ""
    whole: bool = False

    @property
    def unpartitioned(self) -> MultiInstanceGPUAccelerator:
        """The device as one piece, on machines that do not partition it."""
        return type(self)(self.device, whole=True)

    def partitioned(self, partition_size: str) -> MultiInstanceGPUAccelerator:
        """One partition of the device, such as ``"1g.5gb"``."""
        return type(self)(self.device, partition=partition_size)

    def message(self) -> core.GPUAccelerator:
        if self.whole:
            return core.GPUAccelerator(device=self.device, unpartitioned=True)
        if self.partition:
            return core.GPUAccelerator(device=self.device, partition_size=self.partition)
        return core.GPUAccelerator(device=self.device)

    def __getattr__(self, name: str) -> MultiInstanceGPUAccelerator:
        """The device's own partitions: ``A100.partition_1g_5gb``, ``V5E.slice_2x2``."""
        sizes = _PARTITIONS.get(self.device, {})
        if name in sizes:
            return self.partitioned(sizes[name])
        raise AttributeError(f"{self.device} has no {name}; it has {', '.join(sizes)}, unpartitioned and partitioned(size)")


def _gpu_partitions(*sizes: str) -> dict[str, str]:
    return {f"partition_{size.replace('.', '_')}": size for size in sizes}


def _tpu_slices(*topologies: str) -> dict[str, str]:
    return {f"slice_{topology}": topology for topology in topologies}


_FLAT = _tpu_slices("1x1", "2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16")
_CUBES = ("2x2x1", "2x2x2", "2x4x4", "4x4x4", "4x4x8", "4x8x8", "8x8x8", "8x8x16", "8x16x16", "16x16x16", "16x16x24")
_PARTITIONS = {
    "nvidia-tesla-a100": _gpu_partitions("1g.5gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"),
    "nvidia-a100-80gb": _gpu_partitions("1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "tpu-v5-lite-podslice": _FLAT,
    "tpu-v6e-slice": _FLAT,
    "tpu-v5p-slice": _tpu_slices(*_CUBES),
}

A10G = GPUAccelerator("nvidia-a10g")
H100 = GPUAccelerator("nvidia-h100")
H200 = GPUAccelerator("nvidia-h200")
K80 = GPUAccelerator("nvidia-tesla-k80")
L4 = GPUAccelerator("nvidia-l4")
L40S = GPUAccelerator("nvidia-l40s")
L4_VWS = GPUAccelerator("nvidia-l4-vws")
M60 = GPUAccelerator("nvidia-tesla-m60")
P4 = GPUAccelerator("nvidia-tesla-p4")
P100 = GPUAccelerator("nvidia-tesla-p100")
RTX_PRO_6000 = GPUAccelerator("nvidia-rtx-pro-6000")
T4 = GPUAccelerator("nvidia-tesla-t4")
V100 = GPUAccelerator("nvidia-tesla-v100")
A100 = MultiInstanceGPUAccelerator("nvidia-tesla-a100")
A100_80GB = MultiInstanceGPUAccelerator("nvidia-a100-80gb")
V5E = MultiInstanceGPUAccelerator("tpu-v5-lite-podslice")
V5P = MultiInstanceGPUAccelerator("tpu-v5p-slice")
V6E = MultiInstanceGPUAccelerator("tpu-v6e-slice")


def extended_resources(accelerator: BaseAccelerator | None, shared_memory: bool | str | None) -> core.ExtendedResources | None:
    """The message of an accelerator and of shared memory (``True``: as much as the machine gives; text: at most that).

    ``None`` when neither is asked for. Raises FlyteValidationException for what is no accelerator.
    """
    if not accelerator and not shared_memory:
        return None
    found = core.ExtendedResources()
    if accelerator:
        if not isinstance(accelerator, BaseAccelerator):
            raise FlyteValidationException(
                f"accelerator={accelerator!r} is no accelerator",
                hint="import one, from flytekit.extras.accelerators import T4, or write GPUAccelerator('its-name')",
            )
        found.gpu_accelerator.CopyFrom(accelerator.message())
    if shared_memory:
        found.shared_memory.mount_name = SHARED_MEMORY_NAME
        found.shared_memory.mount_path = SHARED_MEMORY_PATH
        if isinstance(shared_memory, str):
            found.shared_memory.size_limit = shared_memory
    return found

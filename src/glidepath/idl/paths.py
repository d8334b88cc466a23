"""Where the files of an execution lie (reference: engine.md, 1.15)."""

import itertools
import string

from glidepath.idl.ids import fnv1a

_SHARDS = ["".join(pair) for pair in itertools.product(string.ascii_lowercase + string.digits, repeat=2)]

INPUTS = "inputs.pb"
OUTPUTS = "outputs.pb"
ERROR = "error.pb"
FUTURES = "futures.pb"
COMPILED_FUTURES = "dynamic_compiled.pb"
"""The closure that a dynamic task's ``futures.pb`` was compiled to, beside it."""
DECK = "deck.html"


def join(*parts: str) -> str:
    """URI parts joined with one slash each; a scheme's double slash stays."""
    head, *rest = parts
    return "/".join([head.rstrip("/"), *(part.strip("/") for part in rest if part)])


def execution_dir(bucket: str, project: str, domain: str, name: str) -> str:
    """The folder of an execution's metadata."""
    return join(bucket, "metadata", "propeller", f"{project}-{domain}-{name}")


def node_data_dir(execution: str, unique_id: str) -> str:
    """The folder of a top-level node's ``inputs.pb``."""
    return f"{execution}/{unique_id}/data"


def node_output_dir(data_dir: str, attempt: int) -> str:
    """The folder of one attempt's ``outputs.pb``, ``error.pb``, ``futures.pb`` and ``deck.html``."""
    return f"{data_dir}/{attempt}"


def nested_data_dir(parent_output_dir: str, node_id: str) -> str:
    """The folder of a node inside another (sub-workflow, dynamic): beside the parent's outputs, with no ``data`` level."""
    return f"{parent_output_dir}/{node_id}"


def raw_output_prefix(base: str, generated_name: str) -> str:
    """Where one attempt may write its blobs; spread over 1,296 shards so that no prefix of a bucket gets hot."""
    shard = _SHARDS[fnv1a(generated_name.encode(), 32) % len(_SHARDS)]
    return join(base, shard, generated_name)


def checkpoint_prefix(raw_prefix: str) -> str:
    """Where one attempt keeps its checkpoint, for the attempt after it."""
    return join(raw_prefix, "_flytecheckpoints")

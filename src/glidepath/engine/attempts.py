"""Names and paths of one attempt: what an executor and an entrypoint are told (reference: engine.md, 1.15)."""

from __future__ import annotations

from typing import NamedTuple

from glidepath.engine.commands import StartAttempt
from glidepath.engine.items import index_of
from glidepath.engine.state import ITEMS, ExecutionState, NodeState, Scope
from glidepath.idl import paths
from glidepath.idl.ids import generated_name

_INDEX, _INDEX_NAME = "FLYTE_K8S_ARRAY_INDEX", "BATCH_JOB_ARRAY_INDEX_VAR_NAME"


class AttemptPlace(NamedTuple):
    """Where an attempt reads and writes. All URIs; ``name`` identifies it outside the engine."""

    name: str
    input_uri: str
    output_prefix: str
    raw_output_prefix: str
    checkpoint_prefix: str
    previous_checkpoint: str


def data_dir(scope: Scope, node: NodeState) -> str:
    """The folder of a node's ``inputs.pb``."""
    if not scope.uid:
        return paths.node_data_dir(scope.data_dir, node.uid)
    return paths.nested_data_dir(scope.data_dir, node.node_id)


def shared_inputs(scope: Scope) -> str:
    """Where the nodes of a scope find their inputs if not each in its own folder; empty if so."""
    return scope.input_uri if scope.kind == ITEMS else ""


def item_environment(scope: Scope, node: NodeState) -> tuple[tuple[str, str], ...]:
    """What tells an attempt of an array's item its index; nothing for other nodes."""
    if scope.kind != ITEMS:
        return ()
    return ((_INDEX, str(index_of(node.node_id))), (_INDEX_NAME, _INDEX))


def place_of(state: ExecutionState, command: StartAttempt) -> AttemptPlace:
    """The place of the attempt that a command asks for."""
    raw = _raw_prefix(state, command.uid, command.attempt)
    return AttemptPlace(
        name=generated_name(state.id.name, command.uid, command.attempt),
        input_uri=command.input_uri or f"{command.data_dir}/{paths.INPUTS}",
        output_prefix=paths.node_output_dir(command.data_dir, command.attempt),
        raw_output_prefix=raw,
        checkpoint_prefix=paths.checkpoint_prefix(raw),
        previous_checkpoint=_previous_checkpoint(state, command),
    )


def _previous_checkpoint(state: ExecutionState, command: StartAttempt) -> str:
    """Of the attempt before, in this execution or in the one that it recovers from; items of arrays have none there."""
    if command.attempt:
        return paths.checkpoint_prefix(_raw_prefix(state, command.uid, command.attempt - 1))
    return state.recovery.checkpoint(command.uid) if state.recovery is not None and not command.env else ""


def _raw_prefix(state: ExecutionState, uid: str, attempt: int) -> str:
    return paths.raw_output_prefix(state.settings.raw_output_base, generated_name(state.id.name, uid, attempt))

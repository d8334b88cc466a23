from pathlib import Path

import pytest

from glidepath.errors import FlyteNonRecoverableSystemException
from glidepath.idl import core
from glidepath.runtime.offloading import Limits, limits_from, literal_hash, offload
from glidepath.storage import open_storage
from glidepath.types import DataContext, literal_type_of, to_python


def big() -> core.Literal:
    literal = core.Literal()
    for _ in range(2200):
        literal.collection.literals.add().scalar.primitive.string_value = "x" * 1000
    return literal


def test_the_hash_is_stocks() -> None:
    # What stock flytekit 1.16 wrote for the same list.
    assert literal_hash(big()) == "HGs2iQ9LnD+GVMSaOXf21mX1VFqhrYWm09dxFqik7Sg"


def test_big_literals_go_to_files_and_come_back(tmp_path: Path) -> None:
    storage = open_storage()
    outputs = core.LiteralMap()
    outputs.literals["o0"].CopyFrom(big())
    outputs.literals["o1"].scalar.primitive.integer = 1
    types = {"o0": literal_type_of(list[str]), "o1": literal_type_of(int)}
    offload(outputs, types, str(tmp_path), Limits(1 << 20), storage)
    kept = outputs.literals["o0"].offloaded_metadata
    assert (kept.uri, kept.size_bytes) == (f"{tmp_path}/o0_offloaded_metadata.pb", big().ByteSize())
    assert kept.inferred_type == types["o0"]
    assert outputs.literals["o0"].hash == literal_hash(big())
    assert outputs.literals["o1"].scalar.primitive.integer == 1
    ctx = DataContext(storage, str(tmp_path / "raw"), tmp_path)
    assert to_python(outputs.literals["o0"], list[str], ctx) == ["x" * 1000] * 2200


def test_what_is_beyond_the_maximum_is_refused_by_name(tmp_path: Path) -> None:
    outputs = core.LiteralMap()
    outputs.literals["o0"].CopyFrom(big())
    with pytest.raises(FlyteNonRecoverableSystemException, match="output 'o0' has 2226405 bytes"):
        offload(outputs, {"o0": literal_type_of(list[str])}, str(tmp_path), Limits(1, 1 << 20), open_storage())


def test_limits_are_mebibytes_and_nothing_else_is_a_number() -> None:
    assert limits_from({"_F_L_MIN_SIZE_MB": "2", "_F_L_MAX_SIZE_MB": "x"}) == Limits(2 << 20, 0)
    assert limits_from({}) == Limits()

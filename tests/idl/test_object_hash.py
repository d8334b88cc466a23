import math
import sys

import pytest
from hypothesis import example, given, strategies as st

from glidepath.idl import core
from glidepath.idl.object_hash import hash_json, object_hash, text_of_hash

# Published with the algorithm: https://github.com/benlaurie/objecthash, common_json.test.
KNOWN = [
    ([], "acac86c0e609ca906f632b0e2dacccb2b77d22b0621f20ebece1a4835b93f6f0"),
    (["foo", "bar"], "32ae896c413cfdc79eec68be9139c86ded8b279238467c216cf2bec4d5f1e4a2"),
    ({}, "18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4"),
    ({"foo": ["bar", "baz"], "qux": ["norf"]}, "f1a9389f27558538a064f3cc250f8686a0cebb85f1cab7f4d4dcc416ceda3c92"),
    (
        ["foo", {"bar": ["baz", None, 1.0, 1.5, 0.0001, 1000.0, 2.0, -23.1234, 2.0]}],
        "783a423b094307bcb28d005bc2f026ff44204442ef3513585e7e73b66e3c2213",
    ),
]


@pytest.mark.parametrize(("value", "digest"), KNOWN, ids=[str(value)[:20] for value, _ in KNOWN])
def test_json_has_the_published_digest(value: object, digest: str) -> None:
    assert hash_json(value).hex() == digest


def test_a_message_is_hashed_as_its_json() -> None:
    number = core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=7)))
    assert object_hash(number) == hash_json({"scalar": {"primitive": {"integer": "7"}}})


def test_the_text_of_a_hash_fits_into_urls() -> None:
    assert text_of_hash(bytes([251, 255, 0])) == "-_8A"


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
@example(sys.float_info.max, sys.float_info.min)
@example(5e-324, -0.0)
def test_finite_numbers_have_equal_digests_when_they_are_equal(one: float, other: float) -> None:
    assert (hash_json(one) == hash_json(other)) == (one == other)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_no_json_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="is no JSON number"):
        hash_json(number)

import msgpack
import pytest

from glidepath.idl import core
from glidepath.idl.literal_uris import Place, moved, places_in

FILE = core.LiteralType(blob=core.BlobType(format="txt"))
TABLE = core.LiteralType(structured_dataset_type=core.StructuredDatasetType())


def blob(uri: str, folder: bool = False) -> core.Literal:
    dimensions = core.BlobType.MULTIPART if folder else core.BlobType.SINGLE
    metadata = core.BlobMetadata(type=core.BlobType(dimensionality=dimensions))
    return core.Literal(scalar=core.Scalar(blob=core.Blob(uri=uri, metadata=metadata)))


def table(uri: str) -> core.Literal:
    return core.Literal(scalar=core.Scalar(structured_dataset=core.StructuredDataset(uri=uri)))


def listed(*items: core.Literal) -> core.Literal:
    return core.Literal(collection=core.LiteralCollection(literals=items))


def union(value: core.Literal) -> core.Literal:
    return core.Literal(scalar=core.Scalar(union=core.Union(value=value, type=FILE)))


def packed(value: object) -> core.Literal:
    return core.Literal(scalar=core.Scalar(binary=core.Binary(value=msgpack.packb(value), tag="msgpack")))


def generic(name: str, uri: str) -> core.Literal:
    literal = core.Literal()
    literal.scalar.generic.update({name: uri})
    return literal


def dataclass_type(**fields: core.LiteralType) -> core.LiteralType:
    found = core.LiteralType(simple=core.SimpleType.STRUCT)
    for name, kind in fields.items():
        found.structure.dataclass_type[name].CopyFrom(kind)
    return found


def mapped(**items: core.Literal) -> core.Literal:
    return core.Literal(map=core.LiteralMap(literals=items))


PLAIN = [
    (blob("/a"), [Place("/a", False)]),
    (blob("/a", folder=True), [Place("/a", True)]),
    (table("s3://b/t"), [Place("s3://b/t", True)]),
    (listed(blob("/a"), blob("/b")), [Place("/a", False), Place("/b", False)]),
    (mapped(k=union(blob("/a"))), [Place("/a", False)]),
    (generic("pickle_file", "/p"), [Place("/p", False)]),
    (generic("other", "/p"), []),
    (core.Literal(offloaded_metadata=core.LiteralOffloadedMetadata(uri="/o")), [Place("/o", False)]),
    (packed({"path": "/a"}), []),
]


@pytest.mark.parametrize(("literal", "places"), PLAIN)
def test_places_wherever_they_are(literal: core.Literal, places: list[Place]) -> None:
    assert places_in(core.LiteralMap(literals={"x": literal})) == places


TYPED = [
    (dataclass_type(f=FILE), {"f": {"path": "/a"}, "n": 1}, ["/a"]),
    (dataclass_type(t=TABLE), {"t": {"uri": "/t"}}, ["/t"]),
    (dataclass_type(fs=core.LiteralType(collection_type=FILE)), {"fs": [{"path": "/a"}, {"path": "/b"}]}, ["/a", "/b"]),
    (dataclass_type(m=core.LiteralType(map_value_type=FILE)), {"m": {"k": {"path": "/a"}}}, ["/a"]),
    (dataclass_type(inner=dataclass_type(f=FILE)), {"inner": {"f": {"path": "/a"}}}, ["/a"]),
    (dataclass_type(f=FILE), {"f": None}, []),
    (
        dataclass_type(o=core.LiteralType(union_type=core.UnionType(variants=[FILE, core.LiteralType(simple=0)]))),
        {"o": {"path": "/a"}},
        ["/a"],
    ),
]


@pytest.mark.parametrize(("kind", "value", "uris"), TYPED)
def test_places_inside_dataclasses(kind: core.LiteralType, value: object, uris: list[str]) -> None:
    types = core.VariableMap(variables={"x": core.Variable(type=kind)})
    assert [place.uri for place in places_in(core.LiteralMap(literals={"x": packed(value)}), types)] == uris


def test_moving_gives_a_copy_and_leaves_the_rest_as_it_was() -> None:
    types = core.VariableMap(variables={"x": core.Variable(type=dataclass_type(f=FILE))})
    before = core.LiteralMap(literals={"x": packed({"f": {"path": "/a"}, "n": 1}), "y": blob("/b")})
    after = moved(before, lambda place: f"/new{place.uri}", types)
    assert msgpack.unpackb(after.literals["x"].scalar.binary.value) == {"f": {"path": "/new/a"}, "n": 1}
    assert after.literals["y"] == blob("/new/b")
    assert places_in(before, types) == [Place("/a", False), Place("/b", False)]

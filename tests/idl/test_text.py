"""Messages in Go's one-line text form."""

from google.protobuf.struct_pb2 import Struct

from glidepath.idl import core
from glidepath.idl.text import compact_text


def test_nested_messages_and_enums() -> None:
    assert compact_text(core.LiteralType(simple="INTEGER")) == "simple:INTEGER"
    assert (
        compact_text(core.LiteralType(collection_type=core.LiteralType(simple="STRING"))) == "collection_type:{simple:STRING}"
    )


def test_the_zero_of_a_oneof_is_shown_and_an_empty_message_is_empty() -> None:
    assert compact_text(core.LiteralType(simple="NONE")) == "simple:NONE"
    assert compact_text(core.LiteralType()) == ""


def test_repeated_messages_and_strings() -> None:
    union = core.UnionType(variants=[core.LiteralType(simple="INTEGER", structure=core.TypeStructure(tag="int"))] * 2)
    assert (
        compact_text(union) == 'variants:{simple:INTEGER structure:{tag:"int"}} variants:{simple:INTEGER structure:{tag:"int"}}'
    )
    assert compact_text(core.EnumType(values=["a", 'b"'])) == 'values:"a" values:"b\\""'


def test_identifiers() -> None:
    identifier = core.Identifier(resource_type=core.ResourceType.TASK, project="p", domain="d", name="n", version="v")
    assert compact_text(identifier) == 'resource_type:TASK project:"p" domain:"d" name:"n" version:"v"'


def test_map_entries_are_sorted() -> None:
    literals = core.LiteralMap(literals={"b": core.Literal(hash="h"), "a": core.Literal()})
    assert compact_text(literals) == 'literals:{key:"a" value:{}} literals:{key:"b" value:{hash:"h"}}'


def test_numbers_and_bytes() -> None:
    struct = Struct()
    struct.update({"x": 1.5, "y": 2.0})
    assert compact_text(struct) == ('fields:{key:"x" value:{number_value:1.5}} fields:{key:"y" value:{number_value:2}}')
    struct.Clear()
    struct.update({"required": ["a"]})
    assert compact_text(struct) == 'fields:{key:"required" value:{list_value:{values:{string_value:"a"}}}}'
    assert compact_text(core.Binary(value=b"\x00a", tag="t")) == 'value:"\\x00a" tag:"t"'

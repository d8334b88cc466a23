from glidepath.engine.cache_keys import cache_key, input_digests, key_of_dataset
from glidepath.idl import core

INTEGER = core.LiteralType(simple=core.SimpleType.INTEGER)


def number(value: int) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=value)))


def with_hash(literal: core.Literal, digest: str) -> core.Literal:
    changed = core.Literal(hash=digest)
    changed.MergeFrom(literal)
    return changed


def task(cache_version: str = "1.0", ignored: tuple[str, ...] = (), **inputs: core.LiteralType) -> core.TaskTemplate:
    variables = {name: core.Variable(type=kind) for name, kind in inputs.items()}
    return core.TaskTemplate(
        id=core.Identifier(project="p", domain="d", name="mod.square", version="v7"),
        interface=core.TypedInterface(
            inputs=core.VariableMap(variables=variables),
            outputs=core.VariableMap(variables={"o0": core.Variable(type=INTEGER)}),
        ),
        metadata=core.TaskMetadata(discovery_version=cache_version, cache_ignore_input_vars=ignored),
    )


def inputs(**literals: core.Literal) -> core.LiteralMap:
    return core.LiteralMap(literals=literals)


def test_the_key_of_a_task_and_its_inputs() -> None:
    key = cache_key(task(n=INTEGER), inputs(n=number(3)))
    assert (key.dataset.project, key.dataset.domain, key.dataset.name) == ("p", "d", "flyte_task-mod.square")
    assert key.dataset.resource_type == core.ResourceType.DATASET
    assert key.dataset.version == "1.0-jUwlIzHW-PmK8qF6C"
    assert key.tag == "flyte_cached-vvL3cM1mzryVioHUaWRlm03TAw_yBloq986VtCEq33M"


def test_a_task_without_interface_has_the_signatures_of_nothing() -> None:
    bare = core.TaskTemplate(metadata=core.TaskMetadata(discovery_version="1.0.0"))
    assert cache_key(bare, core.LiteralMap()).dataset.version == "1.0.0-GKw-c0Pw-GKw-c0Pw"


def test_neither_version_nor_code_of_the_task_counts() -> None:
    changed = task(n=INTEGER)
    changed.id.version, changed.container.image = "v8", "other"
    assert cache_key(changed, inputs(n=number(3))) == cache_key(task(n=INTEGER), inputs(n=number(3)))


def test_the_order_in_which_inputs_were_set_does_not_count() -> None:
    one, other = inputs(a=number(1)), inputs(b=number(2))
    one.literals["b"].CopyFrom(number(2))
    other.literals["a"].CopyFrom(number(1))
    assert cache_key(task(), one).tag == cache_key(task(), other).tag


def test_ignored_inputs_do_not_count() -> None:
    ignoring = task(ignored=("seed",), n=INTEGER, seed=INTEGER)
    one, other = inputs(n=number(1), seed=number(2)), inputs(n=number(1), seed=number(9))
    assert cache_key(ignoring, one) == cache_key(ignoring, other)
    assert list(input_digests(ignoring, one)) == ["n"]


def test_a_literal_with_a_hash_counts_with_that_alone_however_deep_it_is() -> None:
    def nested(value: int) -> core.Literal:
        items = core.LiteralCollection(literals=[with_hash(number(value), "abc"), number(5)])
        return core.Literal(map=core.LiteralMap(literals={"k": core.Literal(collection=items)}))

    assert cache_key(task(), inputs(x=nested(1))).tag == cache_key(task(), inputs(x=nested(2))).tag
    assert cache_key(task(), inputs(x=with_hash(number(1), "abc"))).tag != cache_key(task(), inputs(x=number(1))).tag


def test_descriptions_metadata_and_plain_annotations_of_types_do_not_count() -> None:
    dressed = core.LiteralType(collection_type=INTEGER)
    dressed.collection_type.metadata.update({"schema": 1})
    dressed.collection_type.annotation.annotations.update({"doc": "x"})
    described = task(n=dressed)
    described.interface.inputs.variables["n"].description = "a number"
    plain = task(n=core.LiteralType(collection_type=INTEGER))
    assert cache_key(described, inputs()) == cache_key(plain, inputs())


def test_an_annotation_made_for_cache_keys_counts() -> None:
    packed = core.LiteralType(simple=core.SimpleType.STRUCT)
    packed.annotation.annotations.update({"cache-key-metadata": {"serialization-format": "msgpack"}})
    plain = core.LiteralType(simple=core.SimpleType.STRUCT)
    assert cache_key(task(x=packed), inputs()).inputs_signature != cache_key(task(x=plain), inputs()).inputs_signature


def test_a_key_is_found_again_from_its_dataset_and_tag() -> None:
    key = cache_key(task(cache_version="2024-a-b", n=INTEGER), inputs(n=number(3)))
    assert key_of_dataset(key.dataset, key.tag) == key


def test_a_dataset_that_is_not_a_task_has_no_key() -> None:
    assert key_of_dataset(core.Identifier(name="mine", version="1"), "latest") is None

"""The body of a workflow draws a graph; what it cannot do is said with the user's line."""

from typing import Any, NamedTuple

import pytest

from glidepath import LaunchPlan, Resources, WorkflowFailurePolicy, create_node, reference_workflow, task, workflow
from glidepath.authoring import ImageConfig, SerializationSettings, specs_of
from glidepath.errors import (
    FlyteAssertion,
    FlyteCompilationException,
    FlyteException,
    FlyteMissingReturnValueException,
    FlyteTypeException,
    FlyteValidationException,
)
from glidepath.idl import core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"))


class Two(NamedTuple):
    number: int
    text: str


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def say() -> str:
    return "x"


@task
def note(text: str) -> None: ...


@task
def two(n: int) -> Two:
    return Two(n, "")


@task
def nested() -> dict[str, list[int]]:
    return {}


@task
async def later(a: int) -> int:
    return a


def template(function: Any, **options: Any) -> core.WorkflowTemplate:
    return workflow(function, **options).spec(SETTINGS).template


def bindings(node: core.Node) -> dict[str, core.BindingData]:
    return {binding.var: binding.binding for binding in node.inputs}


def test_calls_become_nodes_and_outputs_become_bindings() -> None:
    def wf(a: int) -> int:
        return add(a=add(a=a), b=3)

    found = template(wf)
    assert [node.id for node in found.nodes] == ["n0", "n1"]
    first, second = found.nodes
    assert bindings(first)["a"].promise == core.OutputReference(node_id="", var="a")
    assert bindings(first)["b"].scalar.primitive.integer == 10
    assert bindings(second)["a"].promise == core.OutputReference(node_id="n0", var="o0")
    assert list(second.upstream_node_ids) == ["n0"]
    assert found.outputs[0].binding.promise.node_id == "n1"


def test_several_outputs_are_the_functions_own_named_tuple() -> None:
    seen: list[Any] = []

    def wf(n: int) -> Two:
        out = two(n=n)
        number, text = out
        seen.append((isinstance(out, Two), out.number is number, out[1] is text))
        note(text=out.text)
        return out

    found = template(wf)
    assert seen == [(True, True, True)]
    assert [output.binding.promise.var for output in found.outputs] == ["number", "text"]


def test_promises_in_lists_and_dicts_are_bound_one_by_one() -> None:
    @task
    def take(items: list[int], by: dict[str, list[int]] | None) -> None: ...

    def wf(a: int) -> None:
        b = add(a=a)
        take(items=[a, b, 3], by={"k": [b]})

    found = bindings(template(wf).nodes[1])
    assert [item.WhichOneof("value") for item in found["items"].collection.bindings] == ["promise", "promise", "scalar"]
    assert found["by"].map.bindings["k"].collection.bindings[0].promise.node_id == "n0"


def test_attributes_and_items_become_a_path() -> None:
    def wf() -> int:
        return nested()["k"][0]  # type: ignore[no-any-return]

    promise = template(wf).outputs[0].binding.promise
    assert promise.attr_path == [core.PromiseAttribute(string_value="k"), core.PromiseAttribute(int_value=0)]


def test_a_type_below_a_path_is_checked_where_it_is_known() -> None:
    def wf() -> None:
        note(text=nested()["k"][0])  # type: ignore[arg-type]

    with pytest.raises(FlyteTypeException, match=r"input 'text' of .*note takes str, but Promise\(n0.o0.k\[0\]\).* is int"):
        template(wf)


def test_order_without_data() -> None:
    def wf(a: int) -> None:
        first = create_node(note, text="1")
        second = note(text="2")
        third = add(a=a)
        first >> second >> third

    ids = [list(node.upstream_node_ids) for node in template(wf).nodes]
    assert ids == [[], ["n0"], ["n1"]]


def test_upstream_ids_are_in_the_order_of_the_nodes() -> None:
    @task
    def join(z: int, a: int, m: int) -> int:
        return z

    def wf(x: int) -> int:
        nodes = [add(a=x) for _ in range(12)]
        last = join(z=nodes[11], a=nodes[2], m=nodes[0])
        nodes[5] >> last  # type: ignore[operator]
        return last

    assert list(template(wf).nodes[-1].upstream_node_ids) == ["n0", "n2", "n5", "n11"]


def test_a_new_node_name_reaches_outputs_that_were_taken_before() -> None:
    def wf(a: int) -> int:
        x = add(a=a)
        y = add(a=x)
        x.with_overrides(node_name="First One")  # type: ignore[attr-defined]
        return y

    found = template(wf)
    assert found.nodes[0].id == "first-one"
    assert bindings(found.nodes[1])["a"].promise.node_id == "first-one"
    assert list(found.nodes[1].upstream_node_ids) == ["first-one"]


def test_overrides_add_up_and_the_later_wins() -> None:
    def wf(a: int) -> int:
        node = create_node(add, a=a).with_overrides(retries=2, timeout=5).with_overrides(retries=0)
        node.with_overrides(limits=Resources(mem="1Gi"))
        return node.o0  # type: ignore[return-value]

    node = template(wf).nodes[0]
    assert (node.metadata.retries.retries, node.metadata.timeout.seconds) == (0, 5)
    assert node.task_node.overrides.resources.limits[0].value == "1Gi"


def test_an_async_task_is_called_like_others_and_may_be_awaited() -> None:
    async def wf(a: int) -> int:
        await note(text="x")  # type: ignore[func-returns-value]
        b = await later(a=a)
        return await later(a=b)

    def plain(a: int) -> Any:
        return later(a=a)

    plain.__annotations__["return"] = int
    assert [node.id for node in template(wf).nodes] == ["n0", "n1", "n2"]
    assert template(plain).outputs[0].binding.promise.node_id == "n0"


def test_an_async_body_that_waits_for_something_else_is_refused() -> None:
    class Other:
        def __await__(self) -> Any:
            yield 1

    async def wf(a: int) -> int:
        await Other()
        return a

    with pytest.raises(FlyteAssertion, match="may await only calls of tasks"):
        template(wf)


def test_failure_policy_interruptible_and_failure_node() -> None:
    @task
    def clean(a: int, more: int = 4) -> None: ...

    def wf(a: int) -> int:
        return add(a=a)

    found = template(
        wf,
        failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
        interruptible=True,
        on_failure=clean,
    )
    assert found.metadata.on_failure == core.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
    assert found.metadata_defaults.interruptible
    assert found.failure_node.id == "fn0"
    assert bindings(found.failure_node)["more"].scalar.primitive.integer == 4


def test_a_failure_handler_must_take_the_workflows_inputs() -> None:
    def wf(a: int) -> int:
        return add(a=a)

    with pytest.raises(FlyteValidationException, match=r"say, which runs on failure of .*wf, lacks its inputs a"):
        template(wf, on_failure=say)


def mismatch(a: int) -> int:
    return add(a=say())  # type: ignore[arg-type]


def test_a_type_mismatch_is_raised_with_both_types_the_node_and_the_line() -> None:
    with pytest.raises(FlyteTypeException) as caught:
        template(mismatch)
    assert caught.value.message == (f"input 'a' of {add.name} takes int, but Promise(n0.o0), which {say.name} returns, is str")
    assert caught.value.where == f"node n1 of workflow {__name__}.mismatch, {__file__}:{mismatch.__code__.co_firstlineno + 1}"
    assert "change one of the two annotations" in caught.value.hint


def wrong_constant(a: int) -> int:
    return add(a="x")  # type: ignore[arg-type]


def wrong_output(a: int) -> str:
    return add(a=a)  # type: ignore[return-value]


def unknown_input(a: int) -> int:
    return add(c=a)  # type: ignore[call-arg]


def branches_on_a_value(a: int) -> int:
    return a if add(a=a) else 0


def loops(a: int) -> int:
    return sum(add(a=a))  # type: ignore[call-overload,no-any-return]


def compares(a: int) -> int:
    return 1 if add(a=a) == 3 else 0


def computes(a: int) -> int:
    return add(a=a) + 1


def whole(a: int) -> int:
    return add(a=two(n=a))  # type: ignore[arg-type]


def void(a: int) -> int:
    return note(text="x")  # type: ignore[func-returns-value,return-value]


def list_for_int(a: int) -> int:
    return add(a=[a])  # type: ignore[arg-type]


def same_names(a: int) -> int:
    x = create_node(add, a=a).with_overrides(node_name="q")
    return create_node(add, a=x.o0).with_overrides(node_name="q").o0  # type: ignore[return-value]


def promise_as_override(a: int) -> int:
    return create_node(add, a=a).with_overrides(retries=a).o0  # type: ignore[return-value]


def unknown_override(a: int) -> int:
    return create_node(add, a=a).with_overrides(retrys=1).o0  # type: ignore[call-arg,return-value]


def unknown_output(a: int) -> int:
    return create_node(add, a=a).o7  # type: ignore[return-value]


def raises(a: int) -> int:
    return int({}["k"])


MISTAKES: dict[Any, tuple[type[Exception], str]] = {
    wrong_constant: (FlyteTypeException, "takes int: expected a value of type int, got 'x' of type str"),
    wrong_output: (FlyteTypeException, "output 'o0' of .*wrong_output takes str, but .* is int"),
    unknown_input: (FlyteAssertion, "has no input 'c'"),
    branches_on_a_value: (FlyteAssertion, "has no value yet, so it cannot be tested"),
    loops: (FlyteAssertion, "has no value yet, so it cannot be iterated"),
    compares: (FlyteAssertion, r"Promise\(n0.o0\) == 3 is decided when the workflow runs, so it cannot be tested now"),
    computes: (FlyteAssertion, "has no value yet, so it cannot be computed with"),
    whole: (FlyteAssertion, "takes one value, got all outputs of .*two; choose one of .number, .text"),
    void: (FlyteAssertion, "cannot take the output of .*note, which has none"),
    list_for_int: (FlyteTypeException, "takes int, got a list that holds promises"),
    same_names: (FlyteAssertion, "two nodes of workflow .*same_names have the id 'q'"),
    promise_as_override: (FlyteValidationException, r"retries=Promise\(a\) is not known before the workflow runs"),
    unknown_override: (FlyteValidationException, "with_overrides has no argument 'retrys'\n.*\n.*did you mean 'retries'"),
    unknown_output: (FlyteCompilationException, "has no output 'o7'; its outputs are o0"),
    raises: (FlyteCompilationException, "the body of workflow .*raises raised KeyError: 'k'"),
}


@pytest.mark.parametrize("function", MISTAKES)
def test_mistakes_are_explained_with_the_users_file(function: Any) -> None:
    kind, message = MISTAKES[function]
    with pytest.raises(kind, match=message) as caught:
        template(function)
    assert isinstance(caught.value, FlyteException)
    assert __file__ in caught.value.where


def test_an_error_of_the_body_keeps_its_cause_and_line() -> None:
    with pytest.raises(FlyteCompilationException) as caught:
        template(raises)
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.where == f"{__file__}:{raises.__code__.co_firstlineno + 1}"


def test_a_body_that_forgets_an_output_is_told() -> None:
    def wf(a: int) -> int:
        return None if a is not None else a  # type: ignore[return-value]

    with pytest.raises(FlyteMissingReturnValueException, match=r"declares outputs \(o0\), but returned nothing"):
        template(wf)


def test_a_workflow_that_calls_itself_is_refused() -> None:
    @workflow
    def again(a: int) -> int:
        return again.graph.outputs["o0"] if a is None else again.graph and a  # type: ignore[return-value]

    with pytest.raises(FlyteCompilationException, match="again calls itself"):
        again.spec(SETTINGS)


def test_a_promise_of_another_workflow_is_refused() -> None:
    kept: list[Any] = []

    def first(a: int) -> int:
        kept.append(a)
        return a

    def second(a: int) -> int:
        return add(a=kept[0])

    template(first)
    with pytest.raises(FlyteAssertion, match=r"gets Promise\(a\) of .*first, which is another workflow"):
        template(second)


def test_a_reference_workflow_is_no_sub_workflow() -> None:
    @reference_workflow(project="p", domain="d", name="far.wf", version="v")
    def far(a: int) -> int: ...  # type: ignore[empty-body]

    def wf(a: int) -> int:
        return far(a=a)

    with pytest.raises(FlyteValidationException, match="p/d/far.wf@v is a registered workflow, which cannot be a sub-workflow"):
        template(wf)


def test_sub_workflows_are_transitive_sorted_and_once() -> None:
    @workflow
    def z_inner(a: int) -> int:
        return add(a=a)

    @workflow
    def a_middle(a: int) -> int:
        return z_inner(a=z_inner(a=a))

    @workflow
    def outer(a: int) -> int:
        return a_middle(a=z_inner(a=a))

    spec = outer.spec(SETTINGS)
    assert [sub.id.name.rpartition(".")[2] for sub in spec.sub_workflows] == ["a_middle", "z_inner"]
    order = [(spec.entity.short_name, spec.id.resource_type) for spec in specs_of([outer], SETTINGS)]
    workflow_kind, plan_kind = core.ResourceType.WORKFLOW, core.ResourceType.LAUNCH_PLAN
    assert order == [
        ("add", core.ResourceType.TASK),
        ("z_inner", workflow_kind),
        ("z_inner", plan_kind),
        ("a_middle", workflow_kind),
        ("a_middle", plan_kind),
        ("outer", workflow_kind),
        ("outer", plan_kind),
    ]


def test_create_node_outside_of_a_workflow_is_refused() -> None:
    with pytest.raises(FlyteAssertion, match="stands outside of a workflow"):
        create_node(add, a=1)


def test_a_thousand_nodes_are_all_there() -> None:
    def wf(a: int) -> int:
        for _ in range(1000):
            a = add(a=a)
        return a

    found = template(wf)
    assert len(found.nodes) == 1000
    assert list(found.nodes[999].upstream_node_ids) == ["n998"]


def test_a_launch_plan_in_a_workflow_fills_in_its_defaults_and_hides_fixed_inputs() -> None:
    @workflow
    def inner(a: int, b: int) -> int:
        return add(a=a, b=b)

    plan = LaunchPlan.create(f"{__name__}.filled", inner, default_inputs={"a": 6}, fixed_inputs={"b": 7})

    def wf() -> int:
        return plan()  # type: ignore[no-any-return]

    node = template(wf).nodes[0]
    assert node.workflow_node.launchplan_ref.name == f"{__name__}.filled"
    assert {var: data.scalar.primitive.integer for var, data in bindings(node).items()} == {"a": 6}

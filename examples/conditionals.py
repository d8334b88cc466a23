"""Branches: which task runs is decided by values, when they are there.

pyflyte run examples/conditionals.py shipping_wf --weight_kg 12.5
pyflyte run examples/conditionals.py shipping_wf --weight_kg 400 --express
pyflyte run examples/conditionals.py shipping_wf --weight_kg 5000     # ends in failure, on purpose
"""

# In the body of a workflow a bool is a promise, which knows is_true(); a type checker cannot see that.
# mypy: disable-error-code="attr-defined"

from glidepath import conditional, task, workflow


@task
def letter(weight_kg: float) -> float:
    return round(1.60 + weight_kg, 2)


@task
def parcel(weight_kg: float, hours: int) -> float:
    """Price in euros of a parcel that arrives within some hours."""
    return round(4.5 + 0.9 * weight_kg + (12.0 if hours <= 24 else 0.0), 2)


@task
def is_heavy(weight_kg: float) -> bool:
    return weight_kg > 300


@task
def by_truck(weight_kg: float) -> float:
    return 80 + 0.4 * weight_kg


@task
def by_rail(weight_kg: float) -> float:
    return 50 + 0.2 * weight_kg


@workflow
def shipping_wf(weight_kg: float = 2.0, express: bool = False) -> float:
    """The price of a shipment: the first condition that holds decides, one inside another where it must."""
    heavy = is_heavy(weight_kg=weight_kg)
    return (
        conditional("carrier")
        .if_((weight_kg < 1.0) & (express.is_false()))
        .then(letter(weight_kg=weight_kg))
        .elif_(weight_kg <= 30.0)
        .then(
            conditional("speed")
            .if_(express.is_true())
            .then(parcel(weight_kg=weight_kg, hours=24))
            .else_()
            .then(parcel(weight_kg=weight_kg, hours=72))
        )
        .elif_((heavy.is_true()) & (weight_kg < 1000.0))
        .then(by_rail(weight_kg=weight_kg))
        .elif_(weight_kg < 1000.0)
        .then(by_truck(weight_kg=weight_kg))
        .else_()
        .fail("nobody ships more than a ton; split the load")
    )

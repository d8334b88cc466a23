import pytest

from glidepath.errors import FlyteValueException
from glidepath.executors.quantities import parse_quantity


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2", 2),
        ("500m", 0.5),
        ("1Gi", 2**30),
        ("1.5G", 1.5e9),
        ("200Mi", 200 * 2**20),
        ("1e3", 1000),
        ("100k", 1e5),
        (".5", 0.5),
    ],
)
def test_reads_amounts_as_kubernetes_does(text: str, amount: float) -> None:
    assert parse_quantity(text) == amount


@pytest.mark.parametrize("text", ["", "lots", "1GiB", "1 Gi", "m", "1.2.3"])
def test_refuses_what_kubernetes_refuses(text: str) -> None:
    with pytest.raises(FlyteValueException, match="is not an amount"):
        parse_quantity(text)

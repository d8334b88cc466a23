"""``dns_label`` makes stock's node ids; the expected ids were printed by flytekit 1.16.31."""

import pytest

from glidepath.idl.ids import dns_label

STOCK = {
    "": "",
    "A": "a",
    "First Node": "first-node",
    "fooBar": "foo-bar",
    "HTTPServer": "h-t-t-p-server",
    "a_B": "a-b",
    "a__B": "a--b",
    "a..b": "a--b",
    "-x-": "x",
    "x--": "x-",
    "__main__": "main-",
    "a/b:c d": "abcd",
    "1A": "1-a",
    "日本": "日-本",
    "my.module.func_nameWithCamel": "my-module-func-name-with-camel",
    "b" * 61 + "B": "b" * 61 + "-b",
    "x" * 62: "x" * 62,
    "x" * 63: "57176f335e-" + "x" * 52,
    "X" * 40: "x" + "-x" * 31 + "x" * 8,
    "X" * 63: "e01108dc02" + "-x" * 26 + "x" * 26,
    "_" * 70: "ffd381a14c" + "-" * 51,
    "b" * 62 + "_": "31db9e0ef7-" + "b" * 51,
}


@pytest.mark.parametrize(("name", "label"), STOCK.items())
def test_a_name_becomes_stocks_node_id(name: str, label: str) -> None:
    assert dns_label(name) == label

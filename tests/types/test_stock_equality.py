"""Literal types and literals equal stock flytekit's, message by message; each side reads what the other wrote."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest
from google.protobuf.json_format import MessageToDict

from glidepath.idl import core
from glidepath.storage import open_storage
from glidepath.types import DataContext, literal_type_of, to_literal, to_python

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
STOCK_PYTHON = os.environ.get("GLIDEPATH_STOCK_PYTHON", str(HERE.parents[1] / ".venv-stock/bin/python"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stock")
    (folder / "file.txt").write_text("hello")
    (folder / "folder" / "deep").mkdir(parents=True)
    (folder / "folder" / "one.txt").write_text("1")
    (folder / "folder" / "deep" / "two.txt").write_text("2")
    return folder


@pytest.fixture(scope="module")
def table(data):
    os.environ["STOCK_TABLE_DATA"] = str(data)
    sys.path.insert(0, str(HERE))
    try:
        import stock_table

        yield stock_table
    finally:
        sys.path.remove(str(HERE))
        sys.modules.pop("stock_table", None)
        del os.environ["STOCK_TABLE_DATA"]


def _stock(data, *arguments):
    if not Path(STOCK_PYTHON).exists():
        pytest.fail(f"no stock flytekit at {STOCK_PYTHON}: run `make test`, or set GLIDEPATH_STOCK_PYTHON")
    environment = {**os.environ, "STOCK_TABLE_DATA": str(data), "TZ": os.environ.get("TZ", "")}
    done = subprocess.run(
        [STOCK_PYTHON, str(HERE / "stock_side.py"), *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def stock(data):
    _stock(data, "write", data / "stock.json")
    return json.loads((data / "stock.json").read_text())


@pytest.fixture(scope="module")
def ours(data, table):
    # Bare paths, as stock flytekit writes them for local folders.
    ctx = DataContext(open_storage(), str(data / "raw"), data / "local")
    written = {}
    for name, (python_type, values) in table.TABLE.items():
        literal_type = literal_type_of(python_type)
        written[name] = (literal_type, [to_literal(value, python_type, literal_type, ctx) for value in values])
    return written


def _plain_bytes(value):
    """msgpack as text with random folders masked; the order of keys stays visible."""
    return _masked(repr(msgpack.unpackb(value, strict_map_key=False)))


def _masked(text):
    text = re.sub(r"/[^\s\"']*?/raw/[0-9a-f]{32}", "RAW", text)
    return re.sub(r"RAW/[0-9a-f]{32}", "RAW/PICKLE", text)


def _same(left, right):
    """Equality of messages whose random folders are masked."""
    return left == right or json.loads(_json(left)) == json.loads(_json(right))


def _json(message):
    def visit(node):
        if isinstance(node, dict):
            if node.get("tag") == "msgpack" and "value" in node:
                packed = base64.b64decode(node["value"])
                return {**node, "value": _plain_bytes(packed) if b"/raw/" in packed else node["value"]}
            return {key: visit(item) for key, item in node.items()}
        if isinstance(node, list):
            return [visit(item) for item in node]
        return _masked(node) if isinstance(node, str) else node

    return json.dumps(visit(MessageToDict(message)), sort_keys=True)


def test_literal_types_equal(stock, ours):
    different = {
        name: (_json(core.LiteralType.FromString(bytes.fromhex(stock[name]["type"]))), _json(ours[name][0]))
        for name in stock.keys() & ours.keys()
        if core.LiteralType.FromString(bytes.fromhex(stock[name]["type"])) != ours[name][0]
    }
    assert different == {}
    assert len(stock.keys() & ours.keys()) >= 80


def test_literals_equal(stock, ours):
    different = {}
    for name in stock.keys() & ours.keys():
        theirs = [core.Literal.FromString(bytes.fromhex(text)) for text in stock[name]["literals"]]
        for i, (their, our) in enumerate(zip(theirs, ours[name][1], strict=True)):
            if not _same(their, our):
                different[f"{name}[{i}]"] = (_json(their), _json(our))
    assert different == {}


def test_we_read_what_stock_wrote(stock, table, data):
    ctx = DataContext(open_storage(), str(data / "raw"), data / "local")
    different = {}
    for name in stock.keys() & table.TABLE.keys():
        python_type, values = table.TABLE[name]
        for i, (text, value) in enumerate(zip(stock[name]["literals"], values, strict=True)):
            read = to_python(core.Literal.FromString(bytes.fromhex(text)), python_type, ctx)
            if table.canonical(read) != _expected(table, python_type, value):
                different[f"{name}[{i}]"] = (_expected(table, python_type, value), table.canonical(read))
    assert different == {}


def test_stock_reads_what_we_wrote(stock, ours, table, data):
    written = {name: [literal.SerializeToString().hex() for literal in ours[name][1]] for name in stock.keys() & ours.keys()}
    (data / "ours.json").write_text(json.dumps(written))
    _stock(data, "read", data / "ours.json", data / "read.json")
    different = {}
    for name, texts in json.loads((data / "read.json").read_text()).items():
        python_type, values = table.TABLE[name]
        for i, (text, value) in enumerate(zip(texts, values, strict=True)):
            if text != _expected(table, python_type, value):
                different[f"{name}[{i}]"] = (_expected(table, python_type, value), text)
    assert different == {}


def _expected(table, python_type, value):
    """What a value reads as: bare paths come back as files, folders and datasets."""
    if isinstance(value, (str, Path)) and str(value) == table.FILE and python_type is not Path:
        value = table.FlyteFile(table.FILE)
    elif isinstance(value, str) and value == table.FOLDER:
        value = table.FlyteDirectory(table.FOLDER)
    elif isinstance(value, list) and value and isinstance(value[0], str) and value[0] == table.FILE:
        value = [table.FlyteFile(table.FILE)]
    return table.canonical(value)

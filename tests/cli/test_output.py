import json

import pytest
import yaml

from glidepath.cli.output import Column, Format, look_up, render, render_documents, table
from glidepath.idl import admin

COLUMNS = (Column("Id", "id"), Column("Name", "name"), Column("Labels", "labels.values"))


def project(name: str) -> admin.Project:
    return admin.Project(id=name, name=name.title(), labels=admin.Labels(values={"a": "b"}))


def test_a_table_has_borders_lines_and_a_footer(capsys):
    render([project("one")], COLUMNS, Format.TABLE)
    assert capsys.readouterr().out == (
        " ----- ------ ------------ \n"
        "| ID  | NAME | LABELS     |\n"
        " ----- ------ ------------ \n"
        '| one | One  | {"a": "b"} |\n'
        " ----- ------ ------------ \n"
        "1 rows\n"
    )


def test_more_than_three_rows_are_counted_in_the_head():
    assert "| A (4) |" in table(["a"], [["1"]] * 4) and "| A |" in table(["a"], [["1"]] * 3)


def test_an_empty_table_has_no_rows(capsys):
    render([], COLUMNS, Format.TABLE)
    assert capsys.readouterr().out.endswith("0 rows\n")


def test_cells_of_several_lines_and_wide_letters():
    assert table(["a", "b"], [["1\n2", "日本"], ["3", "x"]]).splitlines()[3:6] == [
        "| 1 | 日本 |",
        "| 2 |      |",
        " --- ------ ",
    ]


def test_a_terminal_cuts_the_widest_cell():
    lines = table(["a", "b"], [["x" * 50, "short"]], width=40).splitlines()
    assert max(map(len, lines)) == 40 and "…" in lines[3] and "short" in lines[3]


def test_one_message_is_an_object_and_several_are_an_array(capsys):
    render([project("one")], COLUMNS, Format.JSON)
    assert capsys.readouterr().out.startswith('{\n\t"id": "one",\n\t"name": "One",\n\t"labels"')
    render([project("one"), project("two")], COLUMNS, Format.JSON)
    assert [item["id"] for item in json.loads(capsys.readouterr().out)] == ["one", "two"]
    render([], COLUMNS, Format.JSON)
    assert capsys.readouterr().out == "[]\n"


def test_yaml_holds_the_same_document(capsys):
    render([project("one")], COLUMNS, Format.YAML)
    assert yaml.safe_load(capsys.readouterr().out) == {"id": "one", "name": "One", "labels": {"values": {"a": "b"}}}


def test_documents_may_come_from_elsewhere(capsys):
    render_documents([{"id": 1}], (Column("Id", "id"), Column("Twice", lambda document: str(document["id"] * 2))), Format.TABLE)
    assert "| 1  | 2     |" in capsys.readouterr().out


@pytest.mark.parametrize(("path", "text"), [("a.b", "x"), ("a.c", ""), ("a.b.c", ""), ("n", "3"), ("t", "true")])
def test_cells_are_looked_up(path, text):
    assert look_up({"a": {"b": "x"}, "n": 3, "t": True}, path) == text


def test_long_cells_are_cut():
    assert Column("E", "e", 3).cell({"e": "abcdef"}) == "abc"

"""Loading without the search for garbage."""

from __future__ import annotations

import gc

import pytest

from glidepath.cli.lazy import uncollected


def test_the_search_stops_while_a_module_loads_and_goes_on_afterwards() -> None:
    try:
        with uncollected("no.such.module"):
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_the_search_goes_on_after_a_module_that_does_not_load() -> None:
    try:
        with pytest.raises(ImportError), uncollected("no.such.module"):
            raise ImportError
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_nothing_happens_for_a_loaded_module() -> None:
    with uncollected("gc"):
        assert gc.isenabled()


def test_a_search_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected("no.such.module"):
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()

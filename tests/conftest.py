"""What holds for every test: local runs keep outputs of cached tasks in a folder of the test alone."""

import pytest


@pytest.fixture(autouse=True)
def local_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLIDEPATH_LOCAL_CACHE", str(tmp_path_factory.mktemp("local-cache")))

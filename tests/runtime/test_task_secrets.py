from pathlib import Path

import pytest

from glidepath.runtime.secrets import SecretsManager


def test_a_variable_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("_FSEC_DB_KEY", "from a variable")
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "key").write_text("from a file\n")
    assert SecretsManager().get("DB", "key") == "from a variable"
    monkeypatch.delenv("_FSEC_DB_KEY")
    assert SecretsManager().get("DB", "key") == SecretsManager().DB.key == "from a file"


def test_names_are_stocks() -> None:
    secrets = SecretsManager()
    assert secrets.get_secrets_env_var("Gr", "key", "V") == "_FSEC_GR_V_KEY"
    assert secrets.get_secrets_file("Gr", "Key", "V") == "/etc/secrets/gr/v/key"


def test_a_local_run_needs_no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_KEY", "plain")
    assert SecretsManager(prefixes=("", "_FSEC_")).get("db", "key") == "plain"


def test_a_missing_one_says_where_it_was_sought() -> None:
    with pytest.raises(ValueError, match=r"neither _FSEC_DB_KEY is set, nor is there a file /etc/secrets/db/key"):
        SecretsManager().get("db", "key")

import stat
from pathlib import Path

import pytest

from glidepath.executors.secrets import MissingSecret, SecretSource, mount, write_files
from glidepath.idl import core


def test_a_variable_is_set_under_its_stock_name(tmp_path: Path) -> None:
    source = SecretSource(env={"_FSEC_DB_PASSWORD": "hush"})
    wanted = core.Secret(group="db", key="password", mount_requirement=core.Secret.ENV_VAR, env_var="DB_PASS")
    mounts = mount([wanted], source, tmp_path)
    assert mounts.env == {"_FSEC_DB_PASSWORD": "hush", "DB_PASS": "hush", "FLYTE_SECRETS_ENV_PREFIX": "_FSEC_"}
    assert mounts.files == {}


def test_a_file_lies_in_lower_case_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    source = SecretSource(env={"_FSEC_DB_V1_KEY": "hush"})
    mounts = mount([core.Secret(group="DB", group_version="v1", key="Key", env_var="KEY_FILE")], source, tmp_path)
    write_files(mounts)
    path = tmp_path / "db" / "v1" / "key"
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("hush", 0o600)
    assert mounts.env["FLYTE_SECRETS_DEFAULT_DIR"] == str(tmp_path)
    assert mounts.env["KEY_FILE"] == str(path)


def test_files_are_the_second_source(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "key").write_text("from a file")
    source = SecretSource(folder=tmp_path)
    assert source.find(core.Secret(group="db", key="key")) == "from a file"


def test_a_missing_secret_is_named_and_values_are_not(tmp_path: Path) -> None:
    source = SecretSource(env={"_FSEC_DB_OTHER": "hush"})
    with pytest.raises(MissingSecret) as caught:
        mount([core.Secret(group="db", key="password")], source, tmp_path)
    assert "no secret 'password' in group 'db'" in str(caught.value)
    assert "_FSEC_DB_PASSWORD" in str(caught.value)
    assert "hush" not in str(caught.value)

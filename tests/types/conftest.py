import pytest

from glidepath.storage import open_storage
from glidepath.types import DataContext


@pytest.fixture
def ctx(tmp_path):
    """A context that writes blobs and downloads below the test's own folder, as a remote attempt does."""
    return DataContext(open_storage(), (tmp_path / "raw").as_uri(), tmp_path / "local")

"""The one place where errors of data-frame libraries become Glidepath's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glidepath.errors import FlyteDownloadDataException, FlyteNonRecoverableSystemException
from glidepath.storage.system_errors import cannot_write, not_found


@contextmanager
def frame_errors(path: Path, file_format: str) -> Iterator[None]:
    """Translate what pandas and pyarrow raise while they read or write ``path``."""
    try:
        yield
    except ImportError as error:
        raise FlyteNonRecoverableSystemException(
            f"a library for {file_format} files is missing: {error}", hint="pip install 'glidepath[dataframes]'"
        ) from error
    except FileNotFoundError as error:
        raise not_found(str(path)) from error
    except OSError as error:
        raise cannot_write(str(path), error) if error.errno else _unreadable(path, file_format, error) from error
    except (ValueError, TypeError, KeyError) as error:  # pyarrow's ArrowInvalid, pandas' ParserError
        raise _unreadable(path, file_format, error) from error


def _unreadable(path: Path, file_format: str, error: Exception) -> FlyteDownloadDataException:
    return FlyteDownloadDataException(
        f"{path} does not work as {file_format}: {error}", hint="check the format and that the annotated columns exist"
    )

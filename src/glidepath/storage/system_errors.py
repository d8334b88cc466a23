"""The one table from errors of the operating system to errors of Glidepath."""

from __future__ import annotations

import errno

from glidepath.errors import FlyteDataNotFoundException, FlyteDownloadDataException, FlyteUploadDataException

_HINTS = {
    errno.ENOSPC: "the disk is full: free some space, or point the raw output prefix at another disk",
    errno.EDQUOT: "your disk quota is used up: free some space, or point the raw output prefix elsewhere",
    errno.EFBIG: "the file is larger than the file system or the process limit (ulimit -f) allows",
    errno.EACCES: "check who owns the folder and its permissions",
    errno.EPERM: "check who owns the folder and its permissions",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.ENAMETOOLONG: "the name is too long for this file system: choose a shorter one",
    errno.EISDIR: "a folder lies where a file is meant",
    errno.ENOTDIR: "a file lies where a folder is meant",
    errno.EMFILE: "too many open files: raise ulimit -n",
    errno.EIO: "the disk reports an error: check the machine's logs",
}


def hint_of(error: OSError) -> str:
    """What to do about an error of the operating system; empty when we know nothing better than its text."""
    return _HINTS.get(error.errno or 0, "")


def not_found(uri: str) -> FlyteDataNotFoundException:
    """Nothing lies at ``uri``."""
    return FlyteDataNotFoundException(f"nothing lies at {uri}", hint="check the URI; the data may have been deleted")


def cannot_read(uri: str, error: OSError) -> FlyteDownloadDataException:
    """``uri`` could not be read."""
    return FlyteDownloadDataException(f"{uri} could not be read: {error.strerror or error}", hint=hint_of(error))


def cannot_write(uri: str, error: OSError) -> FlyteUploadDataException:
    """``uri`` could not be written."""
    return FlyteUploadDataException(f"{uri} could not be written: {error.strerror or error}", hint=hint_of(error))

"""Bytes at a URI: one protocol, one module per scheme family, one router.

Loading this door costs the standard library only; object stores and HTTP load when their scheme is first used.
"""

from glidepath.storage.protocol import ObjectInfo, Storage
from glidepath.storage.router import RoutedStorage, StorageConfig, open_storage

__all__ = ["ObjectInfo", "RoutedStorage", "Storage", "StorageConfig", "open_storage"]

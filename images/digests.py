"""SHA-256 of uploads under way, taken while their bytes arrive.

A digest that is half done can't be stored. It stays in the process that took the last bytes; another one that goes
on with the upload, or this one when it has too many, reads the part file again.
"""

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final, Protocol

MOST: Final = 500
_BLOCK_BYTES: Final = 1 << 20


class Digest(Protocol):
    def update(self, block: bytes, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...


_running: OrderedDict[str, tuple[int, Digest]] = OrderedDict()
_lock = threading.Lock()


def resume(key: str, path: str, offset: int) -> Digest:
    """The digest of the first `offset` bytes of the upload `key`, whose part file is at `path`. The caller owns it."""
    with _lock:
        known = _running.pop(key, None)
    if known is not None and known[0] == offset:
        return known[1]
    digest = hashlib.sha256()
    if offset:
        with Path(path).open("rb") as part:
            while block := part.read(min(_BLOCK_BYTES, offset - part.tell())):
                digest.update(block)
    return digest


def keep(key: str, offset: int, digest: Digest) -> None:
    """Puts the digest of the first `offset` bytes aside for the next call of `resume`."""
    with _lock:
        _running[key] = offset, digest
        while len(_running) > MOST:
            _running.popitem(last=False)

"""SHA-1 for names and fingerprints, from CPython's own module: `hashlib` would load OpenSSL, 3 ms at every call."""

from __future__ import annotations

try:
    from _sha1 import sha1 as _sha1
except ImportError:  # pragma: no cover - other interpreters
    from hashlib import sha1 as _sha1


def sha1(*parts: bytes) -> str:
    """The hex digest of the parts one after another."""
    digest = _sha1(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return str(digest.hexdigest())

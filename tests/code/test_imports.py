"""Where the modules that a Python file imports may be."""

import pytest

from pucs.code.imports import imported


@pytest.mark.parametrize(
    ("text", "path", "there"),
    [
        ("import a", "x.py", "a.py"),
        ("import a.b.c", "x.py", "a/b/c.py"),
        ("import a.b", "x.py", "a/b/__init__.py"),
        ("from a import b", "x.py", "a/b.py"),
        ("from a import name", "x.py", "a.py"),
        ("import a", "src/pkg/x.py", "src/pkg/a.py"),
        ("import pkg.a", "tests/test_a.py", "src/pkg/a.py"),
        ("from . import a", "pkg/x.py", "pkg/a.py"),
        ("from .a import name", "pkg/x.py", "pkg/a.py"),
        ("from ..a import name", "pkg/sub/x.py", "pkg/a.py"),
        ("from .. import a", "pkg/sub/x.py", "pkg/a.py"),
        ("def f():\n    import a\n", "x.py", "a.py"),
    ],
)
def test_what_is_imported(text: str, path: str, there: str) -> None:
    assert there in imported(text.encode(), path)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"import (", "x.py"),
        (b"import a\0", "x.py"),
        (b"import a", "x.js"),
        (b"\xff\xfe", "x.py"),
        (b"(" * 5000, "x.py"),
    ],
)
def test_what_cannot_be_read_imports_nothing(data: bytes, path: str) -> None:
    assert imported(data, path) == set()


def test_not_itself_and_not_what_is_above_the_repository() -> None:
    assert "a.py" not in imported(b"import a", "a.py")
    assert all(not path.startswith(("/", "..")) for path in imported(b"from ...... import a", "pkg/x.py"))

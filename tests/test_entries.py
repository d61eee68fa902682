"""Lines of hot files: which are entries of lists, imports and exports, and which say a version."""

import pytest

from pucs.entries import are_entries, version_in


@pytest.mark.parametrize(
    "line",
    [
        "from .a import A", "import a.b as c", "export * from './a'", "export { A } from './a';", '    "A",', "  'a'",
        "    A,", "    A as B,", "  type A,", "pub use a::b;", "pub mod a;", "__all__ = [", "]", ");", "", "# about",
        "// about", "  *,", "  ...,", '__all__ += ["x"]', "  @scope/name,",
    ],
)  # fmt: skip
def test_entries(line: str) -> None:
    assert are_entries([line.encode() + b"\n"])


@pytest.mark.parametrize(
    "line", ["return x", "pass", "x = 1", "def f():", "    f(x),", "if a:", '"a" + "b"', "A", "a b c d,", "return A,"]
)
def test_statements_are_none(line: str) -> None:
    assert not are_entries([line.encode() + b"\n"])


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ('version = "1.2.3"', "1.2.3"), ("__version__ = '2.0a1'", "2.0a1"), ('  "version": "1.0.0",', "1.0.0"),
        ("1.2.3", "1.2.3"), ("version: 1.2.3+4", "1.2.3+4"), ('version = "x"', ""), ("versions = 3", ""), ("a = 1", ""),
        ("10 apples", ""), ("", ""),
    ],
)  # fmt: skip
def test_versions(line: str, version: str) -> None:
    assert version_in([b"other\n", line.encode() + b"\n"]) == version

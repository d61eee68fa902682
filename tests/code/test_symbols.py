"""Symbols of real sources: which lines are whose in every language, however the file is written or broken."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pucs.code.grammars import language_of
from pucs.code.symbols import symbols_of
from pucs.symbols import named, owners, plain_name, touched
from tests.code.samples import GO, JAVA, JAVASCRIPT, PYTHON, SAMPLES, Sample
from tests.support import ROOT

BY_PATH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)


def told(text: str | bytes, path: str) -> list[tuple[str, str, int, int]]:
    data = text.encode() if isinstance(text, str) else text
    found = symbols_of(data, path)
    assert found is not None
    return [(one.name, one.kind, one.start + 1, one.end) for one in found]


class TestLanguages:
    @BY_PATH
    def test_every_definition_with_its_lines(self, sample: Sample) -> None:
        assert told(sample.text, sample.path) == sample.symbols

    @BY_PATH
    def test_the_same_with_carriage_returns(self, sample: Sample) -> None:
        assert told(sample.text.replace("\n", "\r\n"), sample.path) == sample.symbols

    @BY_PATH
    def test_the_same_behind_a_byte_order_mark(self, sample: Sample) -> None:
        assert told("\ufeff" + sample.text, sample.path) == sample.symbols

    @BY_PATH
    def test_the_same_with_tabs(self, sample: Sample) -> None:
        tabbed = sample.text.replace("    ", "\t").replace("\n  ", "\n\t")
        assert told(tabbed, sample.path) == sample.symbols

    @BY_PATH
    def test_the_same_without_the_last_line_feed(self, sample: Sample) -> None:
        assert told(sample.text.rstrip("\n"), sample.path) == sample.symbols

    def test_what_follows_is_not_moved_by_a_line_above(self) -> None:
        first, *rest = told("\n" + GO.text, GO.path)
        assert (first[2], rest[0][2]) == (GO.symbols[0][2] + 1, GO.symbols[1][2] + 1)

    @pytest.mark.parametrize(
        ("path", "language"),
        [("a.py", "python"), ("a.pyi", "python"), ("x/A.JAVA", "java"), ("a.mjs", "javascript"), ("a.mts", "typescript"),
         ("a.d.ts", "typescript"), ("a.jsx", "javascript"), ("py", ""), ("a.md", ""), ("a.py.orig", ""), ("x.py/README", "")],
    )  # fmt: skip
    def test_the_ending_tells_the_language(self, path: str, language: str) -> None:
        assert language_of(path) == language

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a comment\n", b"print(1)"])
    def test_nothing_in_it_has_a_name(self, data: bytes) -> None:
        assert symbols_of(data, "a.py") == ()

    @pytest.mark.parametrize(
        ("data", "path"), [(b"x = 1\0", "a.py"), (b"# A\n", "a.md"), (b"x = 1\n" * 200_000, "a.py")]
    )
    def test_not_a_source_that_can_be_read(self, data: bytes, path: str) -> None:
        assert symbols_of(data, path) is None


class TestWhatBelongsToWhat:
    @pytest.mark.parametrize(
        ("path", "text", "symbols"),
        [
            ("a.py", "\ufeff# Leads in.\ndef a(): pass\n", [("a", 1, 2)]),
            ("a.py", "x = 1  # Not about a.\ndef a(): pass\n", [("<module:x>", 1, 1), ("a", 2, 2)]),
            ("a.py", "import a\nprint(1)\nimport b\n", [("<imports>", 1, 1), ("<imports>#2", 3, 3)]),
            ("a.py", "# Not about a.\n\ndef a(): pass\n", [("a", 3, 3)]),
            ("a.py", "class A:\n    def m(self):\n        pass\n    # Of A.\ndef f(): pass\n",
             [("A", 1, 4), ("A.m", 2, 3), ("f", 5, 5)]),
            ("a.ts", "class A {\n  @Input() x = 1;\n  m() {}\n}\n", [("A", 1, 4), ("A.m", 3, 3)]),
            ("a.js", "go(); /* Of the\n call. */\nfunction f() {}\n", [("f", 3, 3)]),
            ("a.js", "function f() {} function g() {}\n", [("f", 1, 1)]),
            ("a.rs", "impl<T> Shape for Box<T> {\n  fn area() {}\n}\n", [("<impl Shape for Box<T>>", 1, 3), ("Box.area", 2, 2)]),
            ("a.rs", "//! Of the file.\nuse a;\n", [("<imports>", 2, 2)]),
        ],
    )  # fmt: skip
    def test_lines(self, path: str, text: str, symbols: list[tuple[str, int, int]]) -> None:
        assert [(name, first, last) for name, _, first, last in told(text, path)] == symbols


class TestBroken:
    def test_what_stands_before_and_after_an_unfinished_function(self) -> None:
        text = "import a\n\ndef good():\n    return 1\n\ndef bad(:\n    return (\n\nclass C:\n    def m(self):\n        pass\n"
        names = [name for name, *_ in told(text, "a.py")]
        assert {"<imports>", "good"} <= set(names)

    def test_a_merge_conflict_in_the_middle(self) -> None:
        marks = "def a():\n    return 1\n\n<<<<<<< ours\ndef b():\n    return 2\n=======\ndef c():\n    return 3\n>>>>>>> x\n\ndef d():\n    return 4\n"
        names = {name for name, *_ in told(marks, "a.py")}
        assert {"a", "d"} <= names

    def test_a_class_that_is_not_closed(self) -> None:
        text = JAVA.text.rstrip().removesuffix("@interface Marked { int value(); }").rstrip().removesuffix("}")
        names = {name for name, *_ in told(text, JAVA.path)}
        assert {"Risk", "Risk.validate", "<imports>"} <= names

    def test_bytes_that_are_no_text(self) -> None:
        assert [name for name, *_ in told(b"def \xff\xfe(): pass\ndef good(): pass\n", "a.py")][-1] == "good"

    @BY_PATH
    def test_cut_off_anywhere_what_came_before_stays(self, sample: Sample) -> None:
        lines = sample.text.split("\n")
        for count in range(len(lines)):
            partition(("\n".join(lines[:count])).encode(), sample.path)

    def test_deeply_nested(self) -> None:
        text = "".join(f"{' ' * depth}class C{depth}:\n" for depth in range(300)) + " " * 300 + "pass\n"
        assert len(told(text, "a.py")) > 40


def partition(data: bytes, path: str) -> None:
    """Every line belongs to one symbol or to none: ranges lie inside one another or apart, and names are unique."""
    found = symbols_of(data, path)
    assert found is not None
    count = data.count(b"\n") + 1
    names = [one.name for one in found]
    assert len(set(names)) == len(names)
    own: list[int] = [0] * count
    for one in found:
        assert 0 <= one.start < one.end <= count, one
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            assert other.start >= one.end or (one.start <= other.start and other.end <= one.end), (one, other)
        for line in range(one.start, one.end):
            inside = [
                x for x in found if one.start <= x.start and x.end <= one.end and x.start <= line < x.end and x != one
            ]
            own[line] += not inside
    assert set(own) <= {0, 1}, own
    assert [int(owner is not None) for owner in owners(found, 0, count)] == own


PIECES = [line for sample in SAMPLES for line in sample.text.split("\n")]


class TestPartition:
    @BY_PATH
    def test_of_real_sources(self, sample: Sample) -> None:
        partition(sample.text.encode(), sample.path)

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from(SAMPLES),
        st.lists(st.sampled_from(PIECES), max_size=30),
        st.sampled_from(["\n", "\r\n", " ", "\n\n"]),
    )
    def test_of_lines_thrown_together(self, sample: Sample, lines: list[str], mark: str) -> None:
        partition(mark.join(lines).encode(), sample.path)

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from(SAMPLES), st.data())
    def test_of_sources_with_lines_missing_or_swapped(self, sample: Sample, data: st.DataObject) -> None:
        lines = sample.text.split("\n")
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(lines) - 1))
            lines[at : at + data.draw(st.integers(0, 3))] = data.draw(st.lists(st.sampled_from(PIECES), max_size=2))
            if not lines:
                break
        partition("\n".join(lines).encode(), sample.path)

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=200).filter(lambda data: b"\0" not in data), st.sampled_from([s.path for s in SAMPLES]))
    def test_of_any_bytes(self, data: bytes, path: str) -> None:
        partition(data, path)


class TestQuestions:
    found = symbols_of(PYTHON.text.encode(), PYTHON.path) or ()

    def test_a_method_has_its_lines_and_the_class_the_rest(self) -> None:
        assert touched(self.found, 24, 25) == ("RiskManager.validate",)
        assert touched(self.found, 20, 26) == ("RiskManager", "RiskManager.validate")
        assert touched(self.found, 14, 15) == ()

    def test_lines_put_in_between_belong_to_what_goes_on_there(self) -> None:
        assert touched(self.found, 25, 25) == ("RiskManager.validate",)
        assert touched(self.found, 29, 29) == ("RiskManager",), "below the method, inside the class"
        assert touched(self.found, 15, 15) == (), "above the class"

    def test_one_name_means_all_that_share_it(self) -> None:
        assert [one.name for one in named(self.found, "RiskManager.level")] == [
            "RiskManager.level",
            "RiskManager.level#2",
        ]
        assert [one.name for one in named(self.found, "RiskManager.level#2")] == ["RiskManager.level#2"]
        assert [one.name for one in named(self.found, "RiskManager::validate")] == ["RiskManager.validate"]
        assert named(self.found, "validate") == ()

    def test_a_private_name_of_javascript_is_no_number(self) -> None:
        assert plain_name("Cart.#items") == "Cart.#items"
        assert plain_name("Cart.size#2") == "Cart.size"
        assert [one.name for one in symbols_of(JAVASCRIPT.text.encode(), "a.js") or () if "size" in one.name] == [
            "Cart.size",
            "Cart.size#2",
        ]


class TestLibraries:
    CODE = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from pucs.code.symbols import symbols_of\n"
        "found = symbols_of(b'def a(): pass\\n', 'a.py', sys.argv[2:])\n"
        "print(None if found is None else [one.name for one in found])\n"
        "print(sorted({'typing', 'importlib.resources', 'tree_sitter', 'tree_sitter_python'} & set(sys.modules)))"
    )

    def run(self, *folders: str) -> list[str]:
        command = [sys.executable, "-I", "-S", "-c", self.CODE, str(ROOT), *folders]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    def test_hooks_read_them_from_the_recorded_folder_without_site_packages(self) -> None:
        found, loaded = self.run(sysconfig.get_path("platlib"))
        assert found == "['a']"
        assert loaded == "[]", "the packages themselves stay out"

    def test_without_grammars_nothing_is_known(self, tmp_path: Path) -> None:
        assert self.run(str(tmp_path))[0] == "None"
        assert self.run()[0] == "None"

    def test_a_grammar_that_cannot_be_loaded_is_none(self, tmp_path: Path) -> None:
        for package in ("tree_sitter", "tree_sitter_python"):
            (tmp_path / package).mkdir()
            (tmp_path / package / "_binding.abi3.so").write_text("no library\n")
        assert self.run(str(tmp_path))[0] == "None"

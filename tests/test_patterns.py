from __future__ import annotations

import os
import subprocess
import sys
import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec, PathSpec

from pucs.config.compiling import compile_pattern
from pucs.errors import ConfigError
from pucs.patterns import matches

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

COMPACT = [
    ("config/__init__.py", ["+", "config/", False, ["__init__.py"], False]),
    ("/setup.py", ["+", "", False, ["setup.py"], False]),
    ("setup.py", ["+", "", True, ["setup.py"], False]),
    ("execution/**", ["+", "", False, ["execution"], True]),
    ("execution/", ["+", "", True, ["execution"], True]),
    ("execution/**/*.py", ["+", "execution/", True, ["", ".py"], False]),
    ("**/*.py", ["+", "", True, ["", ".py"], False]),
    ("tests/test_*execution*.py", ["+", "tests/", False, ["test_", "execution", ".py"], False]),
    ("models/risk*.py", ["+", "models/", False, ["risk", ".py"], False]),
    ("*.md", ["+", "", True, ["", ".md"], False]),
    ("!llm/vendor/", ["!", "llm/", False, ["vendor"], True]),
    ("*", ["+", "", True, ["", ""], False]),
    ("**", ["+", "", True, ["", ""], False]),
    ("/**", ["+", "", True, ["", ""], False]),
]

CASES = [
    ("config/__init__.py", "config/__init__.py", True),
    ("config/__init__.py", "sub/config/__init__.py", False),
    ("config/__init__.py", "config/__init__.pyc", False),
    ("execution/**/*.py", "execution/a.py", True),
    ("execution/**/*.py", "execution/sub/b.py", True),
    ("execution/**/*.py", "execution/data.json", False),
    ("execution/**/*.py", "executions/a.py", False),
    ("execution/**/*.py", "old/execution/a.py", False),
    ("execution/**/*.py", "execution/package.py/notes.txt", True),
    ("execution/**", "execution/data.json", True),
    ("execution/**", "execution", False),
    ("execution", "execution", True),
    ("build/", "sub/build/out.o", True),
    ("build/", "sub/build", False),
    ("tests/test_*execution*.py", "tests/test_my_execution_x.py", True),
    ("tests/test_*execution*.py", "tests/test_execution.py", True),
    ("tests/test_*execution*.py", "tests/sub/test_execution.py", False),
    ("tests/test_*execution*.py", "tests/test_executio.py", False),
    ("*.md", "README.md", True),
    ("*.md", "docs/decisions/one.md", True),
    ("*.md", "README.mdx", False),
    ("a*a", "a", False),
    ("ab*ba", "aba", False),
    ("ab*ba", "abba", True),
    ("a*b*b", "ab", False),
    ("a*b*b", "abb", True),
    ("a*b*b*c", "abc", False),
    ("a*b*b*c", "abbc", True),
    ("docs/*", "docs/sub/page.rst", True),
    ("src/*/api.py", "src/shop/api.py", True),
    ("src/*/api.py", "src/shop/sub/api.py", False),
    ("src/**/api/*.py", "src/a/b/api/x.py", True),
    ("file?.txt", "sub/file1.txt", True),
    ("[ab].py", "a.py", True),
    (r"\!important", "!important", True),
    ("**/", "sub/a.py", True),
    ("**/", "a.py", False),
    ("/**/", "sub/a.py", True),
    ("/**/", "a.py", False),
]


@pytest.mark.parametrize(("text", "compiled"), COMPACT)
def test_frequent_patterns_have_a_compact_form(text, compiled):
    assert compile_pattern(text) == compiled


@pytest.mark.parametrize(
    "text", ["src/*/api.py", "src/**/api/*.py", "file?.txt", "[ab].py", r"\!important", "a//b", "**/"]
)
def test_other_patterns_are_regular_expressions(text):
    sign, expression = compile_pattern(text)
    assert (sign, type(expression)) == ("+", str)


@pytest.mark.parametrize(("text", "path", "expected"), CASES)
def test_a_path_fits_a_pattern(text, path, expected):
    assert matches([compile_pattern(text)], path) is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        (["!llm/a.py"], []),
        (["llm/**"], ["llm/a.py", "llm/vendor/b.py", "llm/vendor/keep.py"]),
        (["llm/**", "!llm/vendor/"], ["llm/a.py"]),
        (["llm/**", "!llm/vendor/", "llm/vendor/keep.py"], ["llm/a.py", "llm/vendor/keep.py"]),
        (["!llm/vendor/", "llm/**"], ["llm/a.py", "llm/vendor/b.py", "llm/vendor/keep.py"]),
        (["llm/**", "!?eep.py"], ["llm/a.py", "llm/vendor/b.py"]),
    ],
)
def test_the_last_pattern_that_fits_decides(texts, expected):
    patterns = tuple(compile_pattern(text) for text in texts)
    paths = ["llm/a.py", "llm/vendor/b.py", "llm/vendor/keep.py", "api/c.py"]
    assert [path for path in paths if matches(patterns, path)] == expected


segments = st.text("ab.*", min_size=1, max_size=5) | st.text("ab?[]!-^\\", min_size=1, max_size=4) | st.just("**")
pattern_texts = st.builds(
    lambda sign, root, inner, end: sign + root + "/".join(inner) + end,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(segments, min_size=1, max_size=4),
    st.sampled_from(["", "", "/"]),
)
paths = st.lists(
    st.text("ab.", min_size=1, max_size=5).filter(lambda name: name not in (".", "..")), min_size=1, max_size=5
).map("/".join)


def compiles(text):
    try:
        compile_pattern(text)
    except ConfigError:
        return False
    return True


@given(st.lists(pattern_texts.filter(compiles), min_size=1, max_size=3), paths)
@example(["a/**/*.a"], "a/.a/b")
@example(["a/"], "b/a/b")
@example(["**", "!a/"], "a/b")
@example(["/a*b"], "a/ab")
@example(["**/**/a"], "b/a")
@example(["a/**/**"], "a")
def test_matching_agrees_with_pathspec(texts, path):
    assume("\n" not in path)
    oracle = PathSpec(GitIgnoreSpec.from_lines(texts).patterns)
    assert matches([compile_pattern(text) for text in texts], path) == oracle.match_file(path)


@given(st.lists(pattern_texts.filter(compiles).filter(lambda text: text[0] != "!"), min_size=1, max_size=3), paths)
def test_without_negation_matching_is_that_of_a_gitignore_file(texts, path):
    oracle = GitIgnoreSpec.from_lines(texts)
    assert matches([compile_pattern(text) for text in texts], path) == oracle.match_file(path)


def test_a_pattern_and_a_path_with_accents_meet_in_composed_form():
    assert matches([compile_pattern("cafe\u0301/**")], "caf\u00e9/a.py")


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("", "it matches nothing", ""),
        ("/", "it matches nothing", ""),
        ("# a comment", "it matches nothing", ""),
        ("!", "gitignore cannot read it", ""),
        ("a\\", "gitignore cannot read it", ""),
        ("[z-a].py", "bad character range z-a", ""),
        ("[[:alpha:]].py", "a class within brackets is not supported", ""),
        ("./a.py", "it can never match", "Write patterns as seen from the repository's root, without ./"),
        ("!../a.py", "it can never match", "Write patterns as seen from the repository's root, without ./"),
        ("src/{a", "braces are no alternatives", "Write the alternatives out as patterns of their own."),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_reason(text, reason, hint):
    with pytest.raises(ConfigError) as caught:
        compile_pattern(text)
    assert (str(caught.value), caught.value.hint) == (reason, hint)


def test_a_class_within_brackets_is_refused_even_where_warnings_are_ignored():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ConfigError):
            compile_pattern("[[:digit:]].py")


def test_re_is_loaded_for_a_regular_expression_only():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pucs.patterns import matches\n"
        f"assert matches([{compile_pattern('execution/**/*.py')!r}], 'execution/a.py')\n"
        "assert 're' not in sys.modules\n"
        f"assert matches([{compile_pattern('src/*/api.py')!r}], 'src/shop/api.py')\n"
        "assert 're' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", program, ROOT], check=True)

"""fastjson says what `json` says, and refuses what JSON cannot say."""

import json
import math
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as some

import pucs
from pucs import fastjson

SCALARS = (
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text()
)
VALUES = some.recursive(SCALARS, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=20)


@given(VALUES)
def test_writes_what_json_writes(value: object) -> None:
    assert fastjson.dumps(value) == json.dumps(value)


@given(VALUES, some.sampled_from([None, 2]))
def test_reads_what_json_writes(value: object, indent: int | None) -> None:
    for ascii_only in (True, False):
        assert fastjson.loads(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) == value


JSON_LIKE = some.text(alphabet='{}[]",:0123456789.eE+-truefalsn \t\r\n\\u\x00\x1fé', max_size=30)


@given(JSON_LIKE | some.text())
def test_agrees_with_json_on_any_text(text: str) -> None:
    def refused(name: str) -> float:
        raise ValueError(name)

    try:
        expected = json.loads(text, parse_constant=refused)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - its message is for nobody
            fastjson.loads(text)
    else:
        assert fastjson.loads(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("  ", id="blank"),
        pytest.param("{} {}", id="two-values"),
        pytest.param('{"a": 1', id="unfinished"),
        pytest.param("NaN", id="nan"),
        pytest.param("[Infinity]", id="infinity"),
        pytest.param('"a\nb"', id="control-character"),
        pytest.param("[" * 200_000, id="too-deep"),
        pytest.param('{"a":' * 200_000, id="too-deep-in-objects"),
        pytest.param("9" * 10_000, id="number-too-long"),
        pytest.param("\ufeff{}", id="byte-order-mark"),
    ],
)
def test_refuses_with_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its message is for nobody
        fastjson.loads(text)


def test_refuses_likewise_where_json_was_never_imported() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pucs import fastjson\n"
        "for text in ('', 'x', '{\"a', '{\"a\": 1', '[1,', '\"\\\\u12', '{1:2}', '\"a\\nb\"', '[' * 99999):\n"
        "    try: fastjson.loads(text)\n"
        "    except ValueError: print('refused')\n"
        "assert 'json' not in sys.modules"
    )
    command = [sys.executable, "-I", "-S", "-c", code, os.path.dirname(os.path.dirname(pucs.__file__))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n" * 9


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1, 2}, b"bytes", {"a": object()}, {(1, 2): 3}])
def test_writes_nothing_that_is_not_json(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        fastjson.dumps(value)


@pytest.mark.parametrize("text", ["\ud800", "\udcff\udc00", "a\udfffb"])
def test_half_characters_survive(text: str) -> None:
    assert fastjson.loads(fastjson.dumps({"path": text})) == {"path": text}
    assert fastjson.dumps(text).isascii()

"""JSON for the hook path: the C half of the standard library's `json`, without the regular expressions of the other.

`import json` pulls in `re` and doubles the cost of one hook call (DESIGN section 10). `_json` is CPython's private
accelerator; where it is missing or has another shape, the public module does the work and only the speed is lost.
"""

from __future__ import annotations

_WHITESPACE = " \t\n\r"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _not_a_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


class _Rules:
    """What the C scanner asks its context for."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_not_a_number)
    memo: dict[str, str] = {}  # the C scanner wants an attribute of this name


def _skip(text: str, start: int) -> int:
    while start < len(text) and text[start] in _WHITESPACE:
        start += 1
    return start


try:
    from _json import encode_basestring_ascii, make_encoder, make_scanner

    _scan = make_scanner(_Rules)  # type: ignore[arg-type]  # any object with these attributes will do

    def _unencodable(value: object) -> None:
        raise TypeError(f"{type(value).__name__} is not JSON")

    _encode = make_encoder(None, _unencodable, encode_basestring_ascii, None, ": ", ", ", False, False, False)

    def loads(text: str) -> Any:
        """The value of one JSON document. Raises ValueError on anything else, also on trailing text."""
        try:
            value, end = _scan(text, _skip(text, 0))
        except StopIteration:
            raise ValueError("no JSON value") from None
        except SystemError:
            # Up to 3.11 the scanner raises json.JSONDecodeError, or nothing at all where `json` was not imported.
            raise ValueError("not JSON") from None
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None
        if _skip(text, end) != len(text):
            raise ValueError("text after the JSON value")
        return value

    def dumps(value: Any) -> str:
        """One line of JSON, ASCII only. Raises TypeError or ValueError on what JSON cannot say."""
        return "".join(_encode(value, 0))

    if dumps(loads(' {"a": [1, 2.5, null, true, "\\u00e9"]} ')) != '{"a": [1, 2.5, null, true, "\\u00e9"]}':
        raise ImportError("_json has another shape")
except (ImportError, TypeError, AttributeError):  # pragma: no cover - other interpreters
    import json

    def loads(text: str) -> Any:
        """The value of one JSON document. Raises ValueError on anything else."""
        try:
            return json.loads(text, parse_constant=_not_a_number)
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None

    def dumps(value: Any) -> str:
        """One line of JSON, ASCII only. Raises TypeError or ValueError on what JSON cannot say."""
        return json.dumps(value, allow_nan=False)

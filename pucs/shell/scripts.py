"""The little languages of sed and awk, as far as they write files or run programs."""

from __future__ import annotations


def sed_writes(script: str) -> list[str] | None:
    """The files that a sed script writes; None if it runs programs or is not understood."""
    found: list[str] = []
    at, end = 0, len(script)
    if "\0" in script:
        return None
    while at < end:
        here = script[at]
        at += 1
        if here in "wW":
            stop = _line_end(script, at)
            found.append(script[at:stop].strip())
            at = stop
        elif here in "aicrR":
            at = _text_end(script, at)
        elif here in "btT:#":
            at = _line_end(script, at) if here == "#" else _label_end(script, at)
        elif here in "/\\":
            at = _delimited(script, at, "/" if here == "/" else script[at : at + 1])
        elif here in "sy":
            mark = script[at : at + 1]
            middle = _delimited(script, at + 1, mark)
            at = _delimited(script, middle, mark) if middle > 0 else -1
            while here == "s" and 0 < at < end and script[at] not in "; \n}w":
                if script[at] not in "0123456789gpiImM":
                    return None
                at += 1
        elif here not in "dDgGhHlnNpPqQxz={}!;,$0123456789~+ \t\nI":
            return None
        if at < 0:
            return None
    return found


def _delimited(script: str, at: int, mark: str) -> int:
    """Where the text after `at` that ends in `mark` is over; -1 if it does not end."""
    inside = False
    while mark and at < len(script):
        here = script[at]
        if here == "\\":
            at += 1
        elif here == "[" and not inside:
            inside = True
            at += 2 if script[at + 1 : at + 3] == "^]" else 1 if script[at + 1 : at + 2] in ("]", "^") else 0
        elif here == "]":
            inside = False
        elif here == mark:
            # GNU sed ends at the mark even within brackets; where the two readings differ, nothing is proven.
            return -1 if inside else at + 1
        at += 1
    return -1


def _line_end(script: str, at: int) -> int:
    stop = script.find("\n", at)
    return len(script) if stop < 0 else stop


def _text_end(script: str, at: int) -> int:
    """Where the text of a, i, c or r is over; a backslash continues it on the next line."""
    stop = _line_end(script, at)
    while stop < len(script) and script[stop - 1] == "\\":
        stop = _line_end(script, stop + 1)
    return stop


def _label_end(script: str, at: int) -> int:
    while at < len(script) and script[at] not in "; \t\n}":
        at += 1
    return at


def awk_is_pure(program: str) -> bool:
    """Whether an awk program neither writes files nor runs programs."""
    bare = program.replace("||", "")
    if "\0" in bare or "|" in bare or "system" in bare or "@" in bare or "close" in bare or "fflush" in bare:
        return False
    at = bare.find("print")
    return at < 0 or ">" not in bare[at:]

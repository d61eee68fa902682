"""Times as text: UTC, ISO 8601 with `Z` (the proposal's form), and back."""

from __future__ import annotations

import time

_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def text_of(moment: float) -> str:
    """`2025-12-06T10:15:00Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def exact_text_of(moment: float) -> str:
    """`2025-12-06T10:15:00.123Z`, for lines whose order matters."""
    milliseconds = int(moment * 1000)
    seconds = milliseconds // 1000
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{milliseconds % 1000:03d}Z"


def moment_of(text: str) -> float:
    """Seconds since the epoch of such a text. Raises ValueError on anything else."""
    if len(text) < len("2025-12-06T10:15:00Z") or text[10] != "T" or text[-1] != "Z":
        raise ValueError(f"not a UTC time: {text!r}")
    year, month, day = int(text[0:4]), int(text[5:7]), int(text[8:10])
    leap_days = (year - 1969) // 4 - (year - 1901) // 100 + (year - 1601) // 400
    days = (year - 1970) * 365 + leap_days + _DAYS[month - 1] + day - 1
    if month > 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):  # noqa: PLR2004
        days += 1
    return days * 86400 + int(text[11:13]) * 3600 + int(text[14:16]) * 60 + float(text[17:-1])

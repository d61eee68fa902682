"""Why a command has to wait for a resource, in words."""

from __future__ import annotations

from pucs.resources import TICKS, Taken
from pucs.texts import neutral
from pucs.wording import LONGEST, ago

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.policy import ResourceRule

_SHOWN = 3


def refusal(rule: ResourceRule, taken: Taken, tick: int) -> str:
    """Who uses it, since when, and the place in line."""
    limits = [f"at most {rule.limit} at once"] if rule.limit else []
    limits += [f"at most {rule.rate} in {rule.per_s / 60:g} min"] if rule.rate else []
    said = f"this command needs {rule.name} ({', '.join(limits)})"
    if taken.wait_s:
        said += f", which was used so often that it is free again in {round(taken.wait_s + 0.5)} s"
    elif taken.holders:
        users = [
            f"{one.agent} ({ago((tick - one.tick) / TICKS)}: {neutral(one.what, 60)})" for one in taken.holders[:_SHOWN]
        ]
        more = f" and {len(taken.holders) - _SHOWN} more" if len(taken.holders) > _SHOWN else ""
        said += f", used by {', '.join(users)}{more}"
    line = f"; {taken.before} before you in line" if taken.before else "; you are next in line"
    return f"{said}{line}."


def denial(rule: ResourceRule, taken: Taken, tick: int, command: str) -> str:
    """The same as a denial with one next command, in at most 600 characters."""
    last = f" Run `{command} resources --wait {rule.name}`: it returns when it is your turn. Then run this again."
    first = f"PUCS: {refusal(rule, taken, tick)}"
    room = LONGEST - len(last)
    return (first if len(first) <= room else first[: room - 1] + "…") + last

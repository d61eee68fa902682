"""Reads the section `resources` of pucs_config.yaml."""

from __future__ import annotations

from pucs.policy import ResourceRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.config.sections import Section

_MOST_VALUES = 1000
_LONGEST_WAIT = 7
_LAST_PORT = 65535


def shared_things(section: Section) -> tuple[ResourceRule, ...]:
    """The resources that are named there, each with what limits it."""
    return tuple(_resource(name, section) for name in section.names())


def _resource(name: str, resources: Section) -> ResourceRule:
    default = ResourceRule(name)
    if not name or not all(c.isalnum() or c in "-_." for c in name):
        resources.wrong(name, "a name of letters, digits, dots, dashes and underscores", f'"{name}"')
    section = resources.section(name)
    values = section.words("values", ()) or _ports(section)
    rule = ResourceRule(
        name,
        section.texts("commands"),
        section.count("limit", 0),
        section.count("rate", 0),
        section.minutes("per_min", default.per_s),
        section.minutes("max_duration_min", default.longest_s),
        section.seconds("wait_seconds", default.wait_s, _LONGEST_WAIT),
        section.text("env", ""),
        values,
    )
    if section.sound and not (rule.limit or rule.rate or rule.values):
        resources.wrong(name, "a limit, a rate, or values or ports", "none of them", "Say what is scarce about it.")
    if section.sound and rule.values and not (rule.env.replace("_", "a").isalnum() and not rule.env[0].isdigit()):
        section.wrong(
            "env", "the name of an environment variable", f'"{rule.env}"', "Say which variable has the value."
        )
    return rule


def _ports(section: Section) -> tuple[str, ...]:
    """The ports of `5400-5410`, or of one number."""
    text = section.text_or_number("ports")
    if not text:
        return ()
    first, dash, last = text.partition("-")
    low, high = first.strip(), last.strip() if dash else first.strip()
    good = low.isdigit() and high.isdigit() and 0 < int(low) <= int(high) <= _LAST_PORT
    if not good or int(high) - int(low) >= _MOST_VALUES:
        section.wrong("ports", "a range of ports such as 5400-5410", text)
        return ()
    return tuple(str(port) for port in range(int(low), int(high) + 1))

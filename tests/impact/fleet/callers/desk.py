"""Functions and constants, by alias and by name."""

import functools

from fleet import units as u
from fleet.units import KILOMETRE, LIMITS, NAMES, TEMPLATE, Distance, bounds, find_unit

to_km = functools.partial(u.convert, source=u.Unit.METRE, target=u.Unit.KILOMETRE, rounded=False)


def label(distance):
    value, unit = distance
    return TEMPLATE.format(name=unit.short, value=value)


def run():
    assert to_km(1500) == 1.5
    low, high = bounds([3, 9, 1])
    assert (low, high) == (1, 9)
    assert find_unit("km") is u.Unit.KILOMETRE
    assert find_unit("mile") is None
    assert label(Distance(5)) == "m: 5 m"
    assert Distance(2, unit=u.Unit.KILOMETRE).metres() == 2 * KILOMETRE
    assert LIMITS["rover"] == 20
    assert [name.title() for name in NAMES] == ["Metre", "Kilometre"]
    assert Distance(1)._replace(value=4).value == 4

from ledger import Level, Limit, rules
from ledger.rules import CHECKS, Rule, Speaker, bounds, check, make_rule


@check
def no_debts():
    return True


def run():
    assert "no_debts" in CHECKS
    rule = make_rule("day", high=50)
    assert rule.allows(50)
    assert rule.widened(5).limit.high == 55
    assert isinstance(rule, Rule)
    assert rule.level is Level.LOW
    assert Level("severe") is Level.SEVERE
    low, high = Limit(1, 2)
    assert low + high == 3
    low, high = bounds(rule)
    assert high - low == len(rule)
    assert Speaker().say("hi") == "LOUD: hi"
    assert Speaker().volume() == 10
    assert rules.names()[-1] == "weekly"
    assert rules.default_limit().high == rules.MAXIMUM
    assert rules.explain(rule) == "day"
    assert not rules.STRICT

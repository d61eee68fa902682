from unittest import mock

from ledger import rules


def run():
    with mock.patch("ledger.rules.strictest", return_value="none"):
        assert rules.strictest([]) == "none"
    assert getattr(rules, "explain")(rules.make_rule("a"), verbose=True) == "a: 0 to 1000"

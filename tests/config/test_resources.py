"""The section `resources` of the configuration."""

import pytest

from pucs.config.loading import parse
from pucs.errors import ConfigError
from pucs.policy import ResourceRule


def test_what_it_says() -> None:
    text = """
resources:
  test-db:
    commands: ["pytest tests/db*", "make db, all"]
    limit: 2
    max_duration_min: 5
    wait_seconds: 0
  api: {commands: [curl *], rate: 10, per_min: 0.5}
  port: {ports: 5400-5402, env: PGPORT}
  one: {ports: 80, env: P}
  base: {values: "a, b", env: DB}
"""
    assert parse(text, "x").resources == (
        ResourceRule("test-db", ("pytest tests/db*", "make db, all"), 2, longest_s=300, wait_s=0),
        ResourceRule("api", ("curl *",), rate=10, per_s=30),
        ResourceRule("port", env="PGPORT", values=("5400", "5401", "5402")),
        ResourceRule("one", env="P", values=("80",)),
        ResourceRule("base", env="DB", values=("a", "b")),
    )


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("x: {}", "expected a limit, a rate, or values or ports"),
        ("x: {limit: 0}", "expected a whole number above 0"),
        ("x: {ports: 1-99999, env: P}", "expected a range of ports"),
        ("x: {ports: b-a, env: P}", "expected a range of ports"),
        ("x: {values: [a]}", "expected the name of an environment variable"),
        ("x: {values: [a], env: 1A}", "expected the name of an environment variable"),
        ("'x y': {limit: 1}", "expected a name of letters"),
        ("x: {limit: 1, wait_seconds: 9}", "at most 7"),
    ],
)
def test_what_is_wrong_is_said(entry: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        parse(f"resources:\n  {entry}\n", "x")

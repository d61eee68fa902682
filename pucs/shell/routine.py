"""Programs that test, check or tidy: what they are for is not to write source, but for how it is laid out.

What changes in a file that such a command does not name may as well be an editor's or a person's.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.shell.scene import Word

_ALWAYS = frozenset(
    "coverage ctest eslint flake8 jest mocha mypy nox phpunit pre-commit py.test pylint pyright pytest rspec rubocop "
    "shellcheck stylelint tox unittest vitest".split()
)
_TASKS = frozenset("bench check clippy coverage fmt format lint prettier test tests typecheck vet".split())
_RUNNERS = frozenset("bun cargo composer dotnet go gradle gradlew just make mvn npm pnpm task yarn".split())
_THROUGH = ("run", "run-script")


def is_routine(program: str, arguments: Sequence[Word]) -> bool:
    """Whether the program with these arguments does nothing but test, check or tidy, by its name."""
    name = program.rpartition("/")[2]
    if name in _ALWAYS:
        return True
    if name not in _RUNNERS or None in arguments:
        return False
    words = [word for word in arguments if word and not word.startswith("-")]
    if words and words[0] in _THROUGH:
        words = words[1:]
    if name in ("just", "make", "mvn", "gradle", "gradlew"):
        # Here every word is a task of its own.
        return bool(words) and all(_is_task(word) for word in words)
    return bool(words) and _is_task(words[0])


def _is_task(word: str) -> bool:
    return word.partition(":")[0] in _TASKS

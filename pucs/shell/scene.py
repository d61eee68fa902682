"""Where a command runs while it is read: folder, variables, functions; and what was found out so far."""

from __future__ import annotations

from pucs import system
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from pucs.commands import GitCall

    Word = str | None
    """What a word of a command becomes; None where that cannot be known."""

_MOST_STEPS, _DEEPEST, _MOST_NAMED, _LONGEST_NAME = 1_500, 40, 300, 1_000
_STEERS = ("BASH", "DYLD_", "GIT_", "LD_", "LESS", "NODE_", "PERL", "PYTHON", "RUBY")
_STEERING = frozenset(
    "CDPATH EDITOR ENV GREP_OPTIONS HOME IFS PAGER PATH POSIXLY_CORRECT RIPGREP_CONFIG_PATH SHELL SHELLOPTS VISUAL "
    "XDG_CONFIG_HOME".split()
)
_OF_GIT = frozenset(
    "GIT_AUTHOR_DATE GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_DATE GIT_COMMITTER_EMAIL GIT_COMMITTER_NAME "
    "GIT_DIR GIT_OPTIONAL_LOCKS GIT_TERMINAL_PROMPT GIT_WORK_TREE".split()
)
_NOWHERE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/zero", "/dev/full")


class LimitError(Exception):
    """There is more than is worth reading; what was found is still right."""


class Effects:
    """What the command will do, as far as it was read."""

    def __init__(self) -> None:
        self.writes: dict[str, None] = {}
        self.whole: dict[str, None] = {}
        self.folders: dict[str, None] = {}
        self.named: dict[str, None] = {}
        self.made: set[str] = set()
        self.git: list[GitCall] = []
        self.unknown = False
        self.strange = False
        self.harmless = True
        self._steps = 0

    def step(self) -> None:
        """One more command was read. Raises LimitError when that is enough."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise LimitError

    def guess(self, *, routine: bool = False) -> None:
        """Something may write what cannot be known; `routine`: but its purpose is another, see `routine`."""
        self.unknown = True
        self.strange = self.strange or not routine
        self.harmless = False

    def change(self) -> None:
        """Something changes what is no file of a working tree."""
        self.harmless = False


class Scene:
    """One shell: what `cd`, assignments and functions changed in it, over the effects of the whole command."""

    def __init__(self, cwd: Word, environ: Mapping[str, Word], effects: Effects) -> None:
        self.cwd = cwd
        self.variables: dict[str, Word] = dict(environ)
        self.positional: tuple[Word, ...] | None = ()
        self.functions: dict[str, Any] = {}
        self.aliases: set[str] = set()
        self.pushed: list[Word] = []
        self.effects = effects
        self.depth = 0

    def below(self) -> Scene:
        """A subshell: what changes in it is forgotten with it. Raises LimitError when it is too deep."""
        made = Scene(self.cwd, self.variables, self.effects)
        made.positional, made.depth = self.positional, self.depth + 1
        made.functions, made.aliases, made.pushed = dict(self.functions), set(self.aliases), list(self.pushed)
        if made.depth > _DEEPEST:
            raise LimitError
        return made

    def path(self, word: Word) -> Word:
        """The absolute path of a word; None where it cannot be known."""
        if word is None or (self.cwd is None and not word.startswith("/")):
            return None
        whole = system.join(self.cwd or "", word)
        return whole if "/../" in whole + "/" else system.normpath(whole)

    def write(self, word: Word, *, whole: bool = False) -> None:
        """The file of this word is written, replaced or deleted; `whole`: with bytes that are not made from its own."""
        path = self.path(word)
        if path is None or word == "":
            self.effects.guess()
        elif not (path in _NOWHERE or path.startswith(("/dev/fd/", "/proc/self/fd/"))):
            self.effects.writes[path] = None
            if whole:
                self.effects.whole[path] = None
            self.effects.harmless = False

    def folder(self, word: Word) -> None:
        """All below the folder of this word is written, moved or deleted."""
        path = self.path(word)
        if path is None or word == "":
            self.effects.guess()
        else:
            self.effects.folders[path] = None
            self.effects.harmless = False

    def write_or_folder(self, word: Word) -> None:
        """Whatever is there now."""
        if self.is_folder(word):
            self.folder(word)
        else:
            self.write(word)

    def set(self, name: str, value: Word) -> None:
        """A variable is set; some make other programs run than those that are read here."""
        self.variables[name] = value
        self.heed(name)

    def heed(self, name: str) -> None:
        """Notes what a variable of this name may lead to, set for one command or for all."""
        if name in _OF_GIT:
            self.effects.change()
        if (name.startswith(_STEERS) and name not in _OF_GIT) or name in _STEERING:
            self.effects.guess()

    def make(self, word: Word) -> None:
        """A folder is made, which holds nothing that could be lost."""
        path = self.path(word)
        self.effects.change()
        if path is not None:
            self.effects.made.add(path)

    def is_folder(self, word: Word) -> bool:
        """Whether a folder is there, or will be by now."""
        path = self.path(word)
        return path is not None and (path in self.effects.made or system.isdir(path))

    def name(self, words: Sequence[Word]) -> None:
        """Notes words that may be paths."""
        named = self.effects.named
        for word in words:
            if word and not word.startswith("-") and len(word) < _LONGEST_NAME and "\n" not in word:
                path = self.path(word)
                if path is not None and len(named) < _MOST_NAMED:
                    named[path] = None


class Call(Record):
    """A program about to run: its name, its arguments, what is known of its standard input, and how to run others."""

    program: str
    arguments: tuple[Word, ...]
    scene: Scene
    stdin: Word
    environ: dict[str, Word]
    run: Callable[..., Word]
    script: Callable[..., Word]

    @property
    def effects(self) -> Effects:
        """What the whole command will do."""
        return self.scene.effects


class Options(Record):
    """Arguments told apart: `flags` by their name with the value (or ""), and `operands`."""

    flags: dict[str, Word]
    operands: tuple[Word, ...]

    def any(self, *names: str) -> bool:
        """Whether one of these options was given."""
        return any(name in self.flags for name in names)


def options(arguments: Sequence[Word], short: str = "", long: str = "", *, ordered: bool = False) -> Options:
    """Tells options from operands; those in `short` and `long` take a value. `ordered`: options come first."""
    flags: dict[str, Word] = {}
    operands: list[Word] = []
    takes = long.split()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands += rest
            break
        if word is None or not word.startswith("-") or word == "-":
            operands.append(word)
            if ordered:
                operands += rest
                break
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            flags[name] = value if equals else rest.pop(0) if name in takes and rest else ""
        else:
            _cluster(word, short, rest, flags)
    return Options(flags, tuple(operands))


def _cluster(word: str, short: str, rest: list[Word], flags: dict[str, Word]) -> None:
    for at, letter in enumerate(word[1:], 1):
        if letter in short:
            flags["-" + letter] = word[at + 1 :] or (rest.pop(0) if rest else "")
            return
        flags["-" + letter] = ""

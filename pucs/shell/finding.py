"""`find` that deletes or runs programs: its tests are evaluated on the disk, as far as they look at names and kinds."""

from __future__ import annotations

from pucs import system
from pucs.record import Record
from pucs.shell.globs import TooManyError, matches
from pucs.shell.harmless import is_harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pucs.shell.scene import Call, Word

_MOST_PLACES = 1_000
_KINDS = {"f": 0o100000, "d": 0o040000, "l": 0o120000}
_TYPE = 0o170000
_LEVELS = ("-maxdepth", "-mindepth")


class Place(Record):
    """Something that find came across: spelt as find spells it, with its kind and how deep below the root it is."""

    path: str
    whole: str
    kind: int
    depth: int


class _TooHardError(Exception):
    """A test that is not evaluated here."""


def run(call: Call) -> Word:
    """Notes what the actions write; gives the list that a find without actions prints."""
    words = [word for word in call.arguments if word is not None]
    if call.program == "fd":
        if any(word in ("-x", "-X", "--exec", "--exec-batch") for word in words):
            call.effects.guess()
        return None
    if len(words) < len(call.arguments):
        if not is_harmless(("find", *call.arguments)):
            call.effects.guess()
        return None
    at = 0
    while at < len(words) and words[at] in ("-H", "-L", "-P"):
        at += 1
    first = at
    while at < len(words) and not words[at].startswith("-") and words[at] not in ("(", "!", ")"):
        at += 1
    search = _Search(call, words[first:at] or ["."], words[at:])
    if "-L" in words[:first]:
        call.effects.guess()
        return None
    try:
        return search.run()
    except (_TooHardError, TooManyError):
        # Not the whole folder: what a test spares is not to be held against anybody.
        if not is_harmless(("find", *words)):
            call.effects.guess()
        return None


class _Search:
    def __init__(self, call: Call, roots: list[str], words: list[str]) -> None:
        self._roots = roots
        self._call = call
        self._words = words
        self._at = 0
        self._levels = {"-maxdepth": 99, "-mindepth": 0}
        self._printed: list[str] = []
        self._batches: dict[int, tuple[list[str], list[str]]] = {}
        self._acts = False
        self._pruned = False

    def run(self) -> Word:
        test = self._any()
        if self._at < len(self._words):
            raise _TooHardError
        for root in self._roots:
            for place in self._places(root):
                if place.depth < self._levels["-mindepth"]:
                    continue
                if test(place) and not self._acts:
                    self._printed.append(place.path + "\n")
        for command, paths in self._batches.values():
            if paths:
                at = command.index("{}")
                self._call.run([*command[:at], *paths, *command[at + 1 :]], self._call.scene.below())
        return "".join(self._printed)

    def _places(self, root: str) -> Iterator[Place]:
        whole = self._call.scene.path(root)
        if whole is None:
            raise _TooHardError
        pending = [(root, whole, 0)]
        seen = 0
        while pending:
            path, whole, depth = pending.pop()
            seen += 1
            if seen > _MOST_PLACES:
                raise TooManyError
            try:
                kind = system.lstat(whole).st_mode & _TYPE
            except (OSError, ValueError):
                continue
            self._pruned = False
            yield Place(path, whole, kind, depth)
            if kind != _KINDS["d"] or depth >= self._levels["-maxdepth"] or self._pruned:
                continue
            try:
                names = sorted(system.listdir(whole), reverse=True)
            except OSError:
                continue
            pending += [(f"{path.rstrip('/') or ''}/{name}", f"{whole}/{name}", depth + 1) for name in names]

    def _next(self) -> str:
        if self._at >= len(self._words):
            raise _TooHardError
        self._at += 1
        return self._words[self._at - 1]

    def _any(self) -> Callable[[Place], bool]:
        tests = [self._all()]
        while self._at < len(self._words) and self._words[self._at] in ("-o", "-or"):
            self._at += 1
            tests.append(self._all())
        return lambda place: any(test(place) for test in tests)

    def _all(self) -> Callable[[Place], bool]:
        tests: list[Callable[[Place], bool]] = []
        while self._at < len(self._words) and self._words[self._at] not in ("-o", "-or", ")"):
            if self._words[self._at] in ("-a", "-and"):
                self._at += 1
            else:
                tests.append(self._one())
        return lambda place: all(test(place) for test in tests)

    def _one(self) -> Callable[[Place], bool]:
        word = self._next()
        if word in ("!", "-not"):
            inner = self._one()
            return lambda place: not inner(place)
        if word == "(":
            group = self._any()
            if self._next() != ")":
                raise _TooHardError
            return group
        if word in _LEVELS:
            self._levels[word] = int(self._next())
            return lambda _: True
        return self._action(word) or self._test(word)

    def _test(self, word: str) -> Callable[[Place], bool]:
        if word in ("-depth", "-xdev", "-mount", "-noleaf", "-true"):
            return lambda _: True
        if word in ("-name", "-iname"):
            pattern = self._next().replace("\\", "\0")
            if word == "-iname":
                return lambda place: matches(pattern.lower(), system.basename(place.path.rstrip("/")).lower())
            return lambda place: matches(pattern, system.basename(place.path.rstrip("/")))
        if word in ("-path", "-wholename"):
            pattern = self._next().replace("\\", "\0")
            return lambda place: matches(pattern, place.path)
        if word == "-type":
            kinds = [_KINDS.get(letter, -1) for letter in self._next().split(",")]
            if -1 in kinds:
                raise _TooHardError
            return lambda place: place.kind in kinds
        if word == "-empty":
            return _is_empty
        raise _TooHardError

    def _action(self, word: str) -> Callable[[Place], bool] | None:
        if word in ("-print", "-print0"):
            self._acts = True
            return lambda place: self._print(place, "\n" if word == "-print" else "\0")
        if word == "-prune":
            return self._prune
        if word == "-delete":
            self._acts = True
            return self._delete
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            self._acts = True
            return self._program(word)
        if word in ("-fprint", "-fprint0", "-fls", "-fprintf"):
            self._acts = True
            self._call.scene.write(self._next())
            if word == "-fprintf":
                self._next()
            return lambda _: True
        return None

    def _program(self, word: str) -> Callable[[Place], bool]:
        command: list[str] = []
        while (part := self._next()) not in (";", "+") or (part == "+" and command[-1:] != ["{}"]):
            command.append(part)
        if is_harmless([one.replace("{}", "name") for one in command]):
            return lambda _: True
        inside = word.endswith("dir")
        if part == "+" and not inside:
            paths: list[str] = []
            self._batches[self._at] = (command, paths)
            return lambda place: _note(paths, place)
        return lambda place: self._run(command, place, inside=inside)

    def _run(self, command: list[str], place: Place, *, inside: bool) -> bool:
        scene = self._call.scene.below()
        name = place.path
        if inside:
            scene.cwd = system.dirname(place.whole)
            name = "./" + system.basename(place.whole)
        self._call.run([word.replace("{}", name) for word in command], scene)
        return True

    def _print(self, place: Place, end: str) -> bool:
        self._printed.append(place.path + end)
        return True

    def _prune(self, _place: Place) -> bool:
        self._pruned = True
        return True

    def _delete(self, place: Place) -> bool:
        if place.kind == _KINDS["d"]:
            self._call.effects.change()
        else:
            self._call.scene.write(place.path)
        return True


def _note(paths: list[str], place: Place) -> bool:
    paths.append(place.path)
    return True


def _is_empty(place: Place) -> bool:
    try:
        if place.kind == _KINDS["d"]:
            return not system.listdir(place.whole)
        return system.lstat(place.whole).st_size == 0
    except OSError:
        return False

"""Programs that run another one: env, sudo, timeout, xargs, and shells with a text."""

from __future__ import annotations

from pucs.shell.harmless import is_harmless
from pucs.shell.scene import Options, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.shell.scene import Call, Word

_MOST_ROUNDS = 200
_SHELL_OPTIONS = frozenset("-c -e -u -x -l -i -o --login --norc --noprofile --posix -s".split())


def run(call: Call) -> Word:
    """Runs what the wrapper would run, in thought."""
    return _HANDLERS[call.program](call)


def _after(call: Call, short: str = "", long: str = "") -> Options:
    return options(call.arguments, short, long, ordered=True)


def _plain(short: str, long: str = "", skip: int = 0) -> Callable[[Call], Word]:
    """A wrapper with these options that take values, and so many words before the program."""

    def handler(call: Call) -> Word:
        given = _after(call, short, long)
        words = list(given.operands)[skip:]
        if given.any("-o", "--output") and call.program == "time":
            call.effects.guess()
        return call.run(words, call.scene, call.stdin, call.environ) if words else None

    return handler


def _env(call: Call) -> Word:
    given = _after(call, "uCS", "--unset --chdir --split-string")
    scene = call.scene.below()
    words = list(given.operands)
    if given.any("-S", "--split-string"):
        text = given.flags.get("-S", given.flags.get("--split-string"))
        if text is None:
            call.effects.guess()
            return None
        words = [*text.split(), *words]
    if given.any("-C", "--chdir"):
        scene.cwd = scene.path(given.flags.get("-C", given.flags.get("--chdir")))
    environ = {} if given.any("-i", "-", "--ignore-environment") else dict(call.environ)
    while words and words[0] is not None and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")  # type: ignore[union-attr]  # asked in the line above
        environ[name] = value
        call.scene.heed(name)
    return call.run(words, scene, call.stdin, environ) if words else None


def _sudo(call: Call) -> Word:
    given = _after(call, "ughpCDRTr", "--user --group --host --prompt --chdir")
    words = list(given.operands)
    environ = dict(call.environ)
    scene = call.scene
    if given.any("-D", "--chdir", "-R", "-i", "-e", "--edit"):
        call.effects.guess()
        return None
    while words and words[0] is not None and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")  # type: ignore[union-attr]  # asked in the line above
        environ[name] = value
        call.scene.heed(name)
    call.effects.change()
    return call.run(words, scene, call.stdin, environ) if words else None


def _shell(call: Call) -> Word:
    """`sh -c text`, `sh < text`; a script from a file may do anything."""
    words = list(call.arguments)
    while words and words[0] is not None and words[0].startswith(("-", "+")) and len(words[0]) > 1:
        word = words.pop(0)
        if word is None or word == "--":
            break
        if word in ("-o", "+o", "--rcfile", "--init-file"):
            words = words[1:]
        elif not word.startswith("--") and "c" in word:
            text = words[0] if words else None
            if text is None:
                call.effects.guess()
                return None
            return _text(call, text, tuple(words[2:]))
        elif word in ("--version", "--help"):
            return None
    if words or call.stdin is None:
        call.effects.guess()
        return None
    return _text(call, call.stdin, ())


def _text(call: Call, text: str, positional: tuple[Word, ...]) -> Word:
    scene = call.scene.below()
    scene.positional = positional
    scene.functions, scene.aliases = {}, set()
    scene.variables.update(call.environ)
    return call.script(text, scene, None)


def _flock(call: Call) -> Word:
    given = _after(call, "wEc", "--wait --timeout --conflict-exit-code --command")
    words = list(given.operands)
    if not words or "-c" in given.flags:
        call.effects.guess()
        return None
    if words[0] is None or not words[0].isdigit():
        call.scene.write(words[0])
    if words[1:2] == ["-c"] and len(words) > 2 and words[2] is not None:  # noqa: PLR2004
        return _text(call, words[2], ())
    return call.run(words[1:], call.scene, call.stdin, call.environ) if words[1:] else None


def _xargs(call: Call) -> Word:
    given = _after(call, "IEnPLsda", "--replace --max-args --max-procs --max-lines --delimiter --arg-file --max-chars")
    words = list(given.operands) or ["echo"]
    hole = given.flags.get("-I", given.flags.get("--replace"))
    stdin = None if given.any("-a", "--arg-file", "-d", "--delimiter") else call.stdin
    if stdin is None:
        _with_unknown(call, words, hole)
        return None
    nul = given.any("-0", "--null")
    items = [item for item in stdin.split("\0" if nul else "\n" if hole else None) if item]
    if not nul and any(letter in stdin for letter in "'\"\\"):
        _with_unknown(call, words, hole)
        return None
    if len(items) > _MOST_ROUNDS:
        call.effects.guess()
        return None
    if hole:
        for item in items:
            call.run([word if word is None else word.replace(hole, item) for word in words], call.scene)
        return None
    size = next(
        (given.flags[name] for name in ("-n", "--max-args", "-L", "--max-lines") if given.flags.get(name)), None
    )
    step = int(size) if size and size.isdigit() and int(size) else len(items) or 1
    for at in range(0, len(items), step):
        call.run([*words, *items[at : at + step]], call.scene)
    if not items and "-r" not in given.flags:
        call.run(words, call.scene)
    return None


def _with_unknown(call: Call, words: list[Word], hole: Word) -> None:
    """What can be said without knowing the words: a program that writes nothing whatever it gets."""
    full: list[Word] = [None if hole and word and hole in word else word for word in words]
    full += [] if hole else [None]
    if not is_harmless(full) and not _reads_names(full):
        call.run(full, call.scene)
        call.effects.guess()
    else:
        call.scene.name(full)


def _reads_names(words: list[Word]) -> bool:
    """Sed and the like, whose script is known: what comes after it are only names, if none looks like an option."""
    return None not in words[:-1] and is_harmless([*words[:-1], "name"]) and words[0] in ("sed", "awk", "file", "rg")


_HANDLERS: dict[str, Callable[[Call], Word]] = {
    "bash": _shell,
    "chronic": _plain(""),
    "dash": _shell,
    "doas": _sudo,
    "env": _env,
    "flock": _flock,
    "ionice": _plain("cnp"),
    "ksh": _shell,
    "nice": _plain("n", "--adjustment"),
    "nohup": _plain(""),
    "setsid": _plain(""),
    "sh": _shell,
    "stdbuf": _plain("ioe", "--input --output --error"),
    "sudo": _sudo,
    "time": _plain("fo", "--format --output"),
    "timeout": _plain("ks", "--kill-after --signal", 1),
    "xargs": _xargs,
    "zsh": _shell,
}

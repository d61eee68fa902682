"""What the shell does itself, and the small programs whose output is known."""

from __future__ import annotations

from pucs import system
from pucs.shell.harmless import is_harmless
from pucs.shell.patching import text_in
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.shell.scene import Call, Word

_MOST_NUMBERS = 500


def run(call: Call) -> Word:
    """Does what the builtin does."""
    handler = _HANDLERS.get(call.program)
    if handler is not None:
        return handler(call)
    return None  # they change the shell's own state, and no file


def _cd(call: Call) -> Word:
    scene = call.scene
    where = options(call.arguments, ordered=True).operands
    if call.program == "popd":
        scene.cwd = scene.pushed.pop() if scene.pushed else None
        return None
    if call.program == "pushd":
        scene.pushed.append(scene.cwd)
    target: Word = where[0] if where else scene.variables.get("HOME")
    before = scene.cwd
    if target == "-":
        scene.cwd = scene.variables.get("OLDPWD")
    else:
        path = scene.path(target)
        scene.cwd = None if path is None else system.normpath(path)
        if path is None or not scene.is_folder(target if target is None else path):
            scene.effects.guess()
    scene.variables["OLDPWD"] = before
    return "" if call.program == "cd" else None


def _eval(call: Call) -> Word:
    if None in call.arguments:
        call.effects.guess()
        return None
    return call.script(" ".join(word for word in call.arguments if word), call.scene, call.stdin)


def _command(call: Call) -> Word:
    words = list(call.arguments)
    while words and words[0] in ("-p", "--"):
        words.pop(0)
    if words and words[0] in ("-v", "-V"):
        return None
    if words and words[0] in call.scene.functions:
        call.effects.guess()
        return None
    return call.run(words, call.scene, call.stdin, call.environ)


def _exec(call: Call) -> Word:
    words = list(call.arguments)
    while words and (words[0] or "").startswith("-"):
        if words.pop(0) == "-a":
            words = words[1:]
    return call.run(words, call.scene, call.stdin, call.environ) if words else ""


def _alias(call: Call) -> Word:
    for word in call.arguments:
        if word is None:
            call.effects.guess()
        else:
            call.scene.aliases.add(word.partition("=")[0])
    return None


def _source(call: Call) -> Word:
    call.effects.guess()
    return None


def _trap(call: Call) -> Word:
    words = options(call.arguments, ordered=True).operands
    if len(words) > 1 and words[0] not in ("-", ""):
        if words[0] is None:
            call.effects.guess()
        else:
            call.script(words[0], call.scene.below(), None)
    return ""


def _export(call: Call) -> Word:
    for word in call.arguments:
        name, equals, value = (word or "").partition("=")
        if equals:
            call.scene.set(name, value)
    return ""


def _read(call: Call) -> Word:
    for word in call.arguments:
        if word and not word.startswith("-"):
            call.scene.variables[word] = None
    return ""


def _set(call: Call) -> Word:
    if "--" in call.arguments:
        call.scene.positional = call.arguments[call.arguments.index("--") + 1 :]
    elif call.arguments and not (call.arguments[0] or "-").startswith(("-", "+")):
        call.scene.positional = call.arguments
    return ""


def _echo(call: Call) -> Word:
    words = list(call.arguments)
    newline = "\n"
    while words and words[0] in ("-n", "-e", "-ne", "-en", "-E"):
        flags = words.pop(0) or ""
        newline = "" if "n" in flags else newline
        if "e" in flags and any("\\" in (word or "") for word in words):
            return None
    return None if None in words else " ".join(word for word in words if word is not None) + newline


def _printf(call: Call) -> Word:
    words = call.arguments
    if not is_harmless(("printf", *words)):
        if None in words:
            return None
        call.effects.guess()
        return None
    if not words or None in words or words[0] is None:
        return None
    form = words[0].replace("\\n", "\n").replace("\\0", "\0").replace("\\t", "\t")
    rest = [word for word in words[1:] if word is not None]
    holes = form.count("%s")
    if "\\" in form or form.count("%") != holes:
        return None
    if not holes:
        return form
    made = []
    while True:
        now, rest = rest[:holes], rest[holes:]
        parts = form.split("%s")
        made.append("".join(part + (now[at] if at < len(now) else "") for at, part in enumerate(parts)))
        if not rest:
            return "".join(made)


def _cat(call: Call) -> Word:
    given = [word for word in call.arguments if word not in ("-", "/dev/stdin")]
    if not given:
        return call.stdin
    return text_in(call.scene, given[0]) if len(call.arguments) == 1 else None


def _ls(call: Call) -> Word:
    given = options(call.arguments)
    if set(given.flags) - {"-1", "-d"} or None in given.operands:
        return None
    scene = call.scene
    if "-d" in given.flags or (given.operands and not any(scene.is_folder(word) for word in given.operands)):
        return "".join(f"{word}\n" for word in given.operands)
    path = scene.path(given.operands[0] if given.operands else ".")
    if path is None or len(given.operands) > 1:
        return None
    try:
        return "".join(f"{name}\n" for name in sorted(system.listdir(path)) if not name.startswith("."))
    except OSError:
        return None


def _name(call: Call) -> Word:
    words = call.arguments
    if not words or None in words or words[0] is None or words[0].startswith("-") or len(words) > 2:  # noqa: PLR2004
        return None
    path = words[0].rstrip("/") or "/"
    if call.program == "dirname":
        return (system.dirname(path) or ".") + "\n" if len(words) == 1 else None
    name, suffix = system.basename(path), words[1] if len(words) > 1 else ""
    return (name[: -len(suffix)] if suffix and name.endswith(suffix) and name != suffix else name) + "\n"


def _seq(call: Call) -> Word:
    numbers = [int(word) for word in call.arguments if word is not None and word.lstrip("-").isdigit()]
    if len(numbers) != len(call.arguments) or not 0 < len(numbers) <= 2:  # noqa: PLR2004
        return None
    first, last = (1, numbers[0]) if len(numbers) == 1 else numbers
    if last - first > _MOST_NUMBERS:
        return None
    return "".join(f"{number}\n" for number in range(first, last + 1))


_HANDLERS: dict[str, Callable[[Call], Word]] = {
    ".": _source,
    "source": _source,
    "alias": _alias,
    "basename": _name,
    "builtin": _command,
    "cat": _cat,
    "cd": _cd,
    "command": _command,
    "dirname": _name,
    "echo": _echo,
    "eval": _eval,
    "exec": _exec,
    "export": _export,
    "jobs": lambda call: call.effects.guess() if call.arguments else None,
    "local": _export,
    "ls": _ls,
    "mapfile": _read,
    "popd": _cd,
    "printf": _printf,
    "pushd": _cd,
    "pwd": lambda call: None if call.scene.cwd is None else call.scene.cwd + "\n",
    "read": _read,
    "readarray": lambda call: call.effects.guess() if call.arguments[1:] else None,
    "seq": _seq,
    "set": _set,
    "trap": _trap,
}

"""Python and JavaScript given as text: the constant paths that it writes. Whatever else it does is unknown."""

from __future__ import annotations

from pucs import system
from pucs.shell.routine import is_routine
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.shell.scene import Call, Word

_NODE_WRITES = (
    "writeFileSync", "appendFileSync", "writeFile", "appendFile", "unlinkSync", "rmSync", "unlink", "createWriteStream",
    "truncateSync",
)  # fmt: skip
_NODE_PAIRS = ("renameSync", "copyFileSync", "rename", "copyFile", "cpSync")


def run(call: Call) -> Word:
    """Notes what the program writes."""
    if call.program == "node":
        _node(call)
    else:
        _python(call)
    return None


def _python(call: Call) -> None:
    text: Word = None
    words = list(call.arguments)
    while words and words[0] is not None and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0) or ""
        if word in ("--version", "-V", "-VV", "--help", "-h") and not words:
            return
        if word in ("-W", "-X", "--check-hash-based-pycs"):
            words = words[1:]
        elif not word.startswith("--") and "c" in word:
            text = word[word.index("c") + 1 :] or (words.pop(0) if words else None)
            break
        elif "m" in word:
            module = word[word.index("m") + 1 :] or (words.pop(0) if words else None)
            call.effects.guess(routine=is_routine(module or "", words))
            return
    else:
        text = call.stdin if not words or words[0] == "-" else None
        words = words[1:]
    if text is None:
        call.effects.guess()
        return
    # Parsing Python needs `ast`, which costs 5 ms: only where there is Python.
    from pucs.shell.python_text import study  # noqa: PLC0415

    found = study(text, ["-c", *words])
    call.scene.name(found.named)
    for path in found.writes:
        call.scene.write_or_folder(path)
    for source, target in found.copies:
        inside = source is not None and target is not None and call.scene.is_folder(target)
        call.scene.write(system.join(target or "", system.basename(source or "")) if inside else target)
    for path in found.folders:
        call.scene.folder(path)
    # `python -c` imports from the folder it runs in before anything else.
    shadowed = any(
        path is None or system.exists(f"{path}.py") or system.isdir(path)
        for path in map(call.scene.path, found.modules)
    )
    if not found.complete or shadowed:
        call.effects.guess()


def _node(call: Call) -> None:
    given = options(call.arguments, "epr", "--eval --print --require", ordered=True)
    if set(given.flags) <= {"--version", "-v", "--help"} and given.flags:
        return
    call.effects.guess()
    text = next((given.flags[name] for name in ("-e", "--eval", "-p", "--print") if name in given.flags), None)
    if text is None and (not given.operands or given.operands[0] == "-"):
        text = call.stdin
    for name in _NODE_WRITES:
        for arguments in _calls(text or "", name):
            call.scene.write_or_folder(arguments[0])
    for name in _NODE_PAIRS:
        for arguments in _calls(text or "", name):
            if not name.startswith("c"):
                call.scene.write(arguments[0])
            if len(arguments) > 1:
                call.scene.write(arguments[1])


def _calls(code: str, name: str) -> list[list[str]]:
    """The constant strings at the beginning of the arguments of each call of that name."""
    found = []
    at = code.find(name + "(")
    while at >= 0:
        place = at + len(name) + 1
        arguments: list[str] = []
        while code[place : place + 1] in ("'", '"', "`"):
            end = code.find(code[place], place + 1)
            text = code[place + 1 : end]
            if end < 0 or "\\" in text or "${" in text:
                break
            rest = code[end + 1 :].lstrip()
            if rest[:1] not in (",", ")"):
                break
            arguments.append(text)
            place = len(code) - len(rest) + 1
            place += len(code[place:]) - len(code[place:].lstrip())
            if rest[0] == ")":
                break
        if arguments:
            found.append(arguments)
        at = code.find(name + "(", at + 1)
    return found

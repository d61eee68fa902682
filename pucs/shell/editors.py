"""Programs that edit text and may write it back: sed, perl, awk, ed, ex, and sorting into a file."""

from __future__ import annotations

from pucs import system
from pucs.shell.harmless import is_harmless
from pucs.shell.scene import options
from pucs.shell.scripts import awk_is_pure, sed_writes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pucs.shell.scene import Call, Word

_PERL_RISKS = (
    "open", "unlink", "rename", "system", "exec", "qx", "`", "mkdir", "rmdir", "link", "truncate", "utime", "chmod",
    "chown", "eval", "do ", "do{", "require", "use ", "|", "dbm", "syswrite", "tie", "write", "fork", "<", "import",
)  # fmt: skip


def run(call: Call) -> Word:
    """Notes what the editor writes."""
    _HANDLERS[call.program](call)
    return None


def _sed(call: Call) -> None:
    scripts: list[Word] = []
    operands: list[Word] = []
    suffix: Word = None
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        if word is None or not word.startswith("-") or word == "-":
            operands.append(word)
        elif word.startswith("--"):
            name, _, value = word.partition("=")
            if name in ("--in-place", "--in-plac", "--in"):
                suffix = value
            elif name in ("--expression", "--exp"):
                scripts.append(value or (words.pop(0) if words else None))
            elif name == "--file":
                scripts.append(None)
        else:
            suffix = _sed_letters(word, words, scripts, suffix)
    if not scripts and operands:
        if operands[0] == "" and suffix is not None:  # `sed -i '' …` of BSD: the suffix is a word of its own
            operands.pop(0)
        scripts.append(operands.pop(0) if operands else None)
    known = [script for script in scripts if script is not None]
    written = sed_writes("\n".join(known))
    if written is None or len(known) < len(scripts):
        call.effects.guess()
    for path in written or ():
        call.scene.write(path)
    if suffix is not None:
        _in_place(call, operands, suffix)


def _sed_letters(word: str, words: list[Word], scripts: list[Word], suffix: Word) -> Word:
    """A cluster of short options; gives the suffix of -i, "" without one, None where it was not given."""
    for at, letter in enumerate(word[1:], 1):
        rest = word[at + 1 :]
        if letter == "i":
            return rest
        if letter in "ef":
            value = rest or (words.pop(0) if words else None)
            scripts.append(value if letter == "e" else None)
            return suffix
        if letter == "l":
            if not rest and words:
                words.pop(0)
            return suffix
    return suffix


def _in_place(call: Call, files: list[Word], suffix: str) -> None:
    if not files:
        call.effects.guess()
    for path in files:
        call.scene.write(path)
        if suffix and path is not None:
            call.scene.write(_backup(path, suffix))


def _backup(path: str, suffix: str) -> Word:
    if "/" in suffix:
        return None
    if "*" in suffix:
        folder, slash, name = path.rpartition("/")
        return folder + slash + suffix.replace("*", name)
    return path + suffix


def _perl(call: Call) -> None:
    code: list[Word] = []
    suffix: Word = None
    words = list(call.arguments)
    while words and (words[0] is None or (words[0].startswith("-") and len(words[0]) > 1)):
        word = words.pop(0)
        if word == "--":
            break
        if word is None:
            code.append(None)
            break
        suffix = _perl_letters(word, words, code, suffix)
    if not code:
        call.effects.guess()  # a script in a file
        return
    for text in code:
        if text is None or any(risk in text for risk in _PERL_RISKS):
            call.effects.guess()
            for path in _perl_files(text or ""):
                call.scene.write(path)
    if any(word is None or word[:1] in "<>|+" or word[-1:] == "|" for word in words):
        call.effects.guess()  # a name like these is opened for more than reading
    if suffix is not None:
        _in_place(call, words, suffix)


def _perl_letters(word: str, words: list[Word], code: list[Word], suffix: Word) -> Word:
    for at, letter in enumerate(word[1:], 1):
        rest = word[at + 1 :]
        if letter == "i":
            return rest
        if letter in "eE":
            code.append(rest or (words.pop(0) if words else None))
            return suffix
        if letter in "MmIFxC":
            if letter in "Mm":
                code.append("use " + rest)
            return suffix
    return suffix


def _perl_files(code: str) -> Iterator[str]:
    """The constant paths that `open(…, ">", "path")`, `open(…, ">path")` and `unlink "path"` name."""
    strings = list(_strings(code))
    for at, (text, before) in enumerate(strings):
        if before.endswith(("unlink", "unlink(")):
            yield text
        elif text in (">", ">>", "+<", "+>") and at + 1 < len(strings):
            yield strings[at + 1][0]
        elif text[:1] == ">" and text.strip("> ") and "open" in before:
            yield text.lstrip("> ")


def _strings(code: str) -> Iterator[tuple[str, str]]:
    """The constant strings of a program in quotes, each with what stands before it."""
    at = 0
    while at < len(code):
        if code[at] in "'\"":
            end = code.find(code[at], at + 1)
            if end < 0:
                return
            text = code[at + 1 : end]
            if not any(letter in text for letter in "$@\\"):
                yield text, code[:at].rstrip()
            at = end
        at += 1


def _awk(call: Call) -> None:
    given = options(call.arguments, "FvfiE", "--field-separator --assign --file --include", ordered=True)
    words = list(given.operands)
    in_place = given.flags.get("-i", given.flags.get("--include")) == "inplace"
    if given.any("-f", "--file", "-E"):
        call.effects.guess()
        program: Word = ""
    else:
        program = words.pop(0) if words else None
    if program is None or set(given.flags) - {"-F", "-v", "-f", "-i", "--field-separator", "--assign", "--file"}:
        call.effects.guess()
    if program is not None and not awk_is_pure(program):
        call.effects.guess()
        for text, before in _strings(program):
            if before.endswith(">"):
                call.scene.write(text)
    if in_place:
        _in_place(call, [word for word in words if word is None or "=" not in word], "")


def _line_editor(call: Call) -> None:
    """Ed and ex: the file they are given, and whatever their script writes elsewhere."""
    given = options(call.arguments, "pcTSu" if call.program != "ed" else "p", "")
    files = list(given.operands)
    for path in files:
        if path is None or not path.startswith("+"):
            call.scene.write(path)
    text = call.stdin
    lines = [] if text is None else [line.strip() for line in text.split("\n")]
    simple = all(line in ("w", "wq", "q", "q!", "x", "wq!", ".") or line[:1] not in "wWreE!" for line in lines)
    if text is None or not simple or "!" in text or call.program != "ed" or not files:
        call.effects.guess()


def _sort(call: Call) -> None:
    given = options(call.arguments, "ktSTo", "--output --key --field-separator --buffer-size --temporary-directory")
    for name in ("-o", "--output"):
        if name in given.flags:
            call.scene.write(given.flags[name])
    known = {"-o", "--output", "-k", "-t", "-S", "-T", "-u", "-r", "-n", "-f", "-b", "-d", "-h", "-V", "-s", "-z", "-c"}
    if (not is_harmless(("sort", *call.arguments)) and set(given.flags) - known) or None in call.arguments:
        call.effects.guess()


def _second(call: Call) -> None:
    """The second operand is the file that is written."""
    if is_harmless((call.program, *call.arguments)):
        return
    given = options(call.arguments, "fsw" if call.program == "uniq" else "cglos")
    if len(given.operands) != 2:  # noqa: PLR2004
        call.effects.guess()
        return
    call.scene.write(given.operands[1])


def _output(call: Call) -> None:
    """-o FILE, and nothing else that is known."""
    if is_harmless((call.program, *call.arguments)):
        return
    given = options(call.arguments, "oftneir", "--output --from-code --to-code")
    target = given.flags.get("-o", given.flags.get("--output"))
    if target:
        call.scene.write(target)
    else:
        call.effects.guess()


def _yq(call: Call) -> None:
    given = options(call.arguments, "opIs", "--output-format --input-format")
    if not given.any("-i", "--inplace", "--in-place", "-s", "--split-exp") and None not in call.arguments:
        return
    call.effects.guess()
    for word in given.operands:
        path = call.scene.path(word)
        if path is not None and system.exists(path) and not system.isdir(path):
            call.scene.write(word)


_HANDLERS: dict[str, Callable[[Call], None]] = {
    "awk": _awk,
    "ed": _line_editor,
    "ex": _line_editor,
    "gawk": _awk,
    "gsed": _sed,
    "iconv": _output,
    "mawk": _awk,
    "nawk": _awk,
    "perl": _perl,
    "sed": _sed,
    "shuf": _output,
    "sort": _sort,
    "uniq": _second,
    "vi": _line_editor,
    "vim": _line_editor,
    "xxd": _second,
    "yq": _yq,
}

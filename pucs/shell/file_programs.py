"""Programs whose business is files: copying, moving, deleting, linking, touching."""

from __future__ import annotations

from pucs import system
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pucs.shell.scene import Call, Options, Scene, Word


def run(call: Call) -> Word:
    """Notes what the program writes."""
    given = options(call.arguments, *_VALUES.get(call.program, ("", "")))
    if {"--help", "--version"} & set(given.flags):
        return None
    return _HANDLERS[call.program](call, given)


def _targets(given: Options, scene: Scene) -> list[tuple[Word, Word]]:
    """Each source with where it goes."""
    sources: Sequence[Word] = given.operands
    folder: Word = None
    if given.any("-t", "--target-directory"):
        folder = given.flags.get("-t", given.flags.get("--target-directory"))
        if folder is None:
            return [(source, None) for source in sources]
    elif len(sources) > 1:
        sources, last = given.operands[:-1], given.operands[-1]
        into = scene.is_folder(last) or len(sources) > 1 or (last or "").endswith("/")
        if last is None or given.any("-T", "--no-target-directory") or not into:
            return [(source, last) for source in sources]
        folder = last
    return [(source, None if source is None or folder is None else _inside(folder, source)) for source in sources]


def _inside(folder: str, source: str) -> str:
    return system.join(folder, system.basename(source.rstrip("/")))


def _is_safe(given: Options) -> bool:
    """Whether it keeps copies of what it replaces."""
    return given.any("-b", "--backup", "-S", "--suffix")


def _copy(call: Call, given: Options) -> Word:
    scene = call.scene
    whole = given.any("-r", "-R", "-a", "--recursive", "--archive")
    pairs = _targets(given, scene)
    if not pairs or _is_safe(given) or given.any("--parents"):
        call.effects.guess()
    for source, target in pairs:
        if whole and (scene.is_folder(source) or source is None):
            _copy_folder(scene, source, target, given)
        else:
            scene.write(target, whole=True)
    return ""


def _copy_folder(scene: Scene, source: Word, target: Word, given: Options) -> None:
    """A folder copied onto an existing one fills it; what is made new is a folder of its own."""
    if (source is not None and source.rstrip("/").endswith(("/.", "/.."))) or source in (".", ".."):
        scene.folder(given.operands[-1])
    else:
        scene.folder(target)


def _move(call: Call, given: Options) -> Word:
    scene = call.scene
    pairs = _targets(given, scene)
    if not pairs or _is_safe(given):
        call.effects.guess()
    for source, target in pairs:
        scene.write_or_folder(source)
        if scene.is_folder(source):
            scene.folder(target)
            scene.make(target)
        else:
            scene.write(target, whole=True)
    return ""


def _install(call: Call, given: Options) -> Word:
    if given.any("-d", "--directory"):
        for word in given.operands:
            call.scene.make(word)
        return ""
    if given.any("-D") and "-t" not in given.flags and len(given.operands) == 2:  # noqa: PLR2004
        call.scene.write(given.operands[1])
        return ""
    return _copy(call, given)


def _link(call: Call, given: Options) -> Word:
    pairs = _targets(given, call.scene)
    if len(given.operands) == 1 and "-t" not in given.flags:
        source = given.operands[0]
        pairs = [(source, None if source is None else system.basename(source.rstrip("/")))]
    # Through a link that the command makes, the rest of it may reach files under other names.
    call.effects.guess()
    for _, target in pairs:
        call.scene.write(target)
    return ""


def _remove(call: Call, given: Options) -> Word:
    whole = given.any("-r", "-R", "--recursive")
    for word in given.operands:
        if whole:
            call.scene.write_or_folder(word)
        else:
            call.scene.write(word)
    call.effects.change()
    return ""


def _each(call: Call, given: Options) -> Word:
    if not given.operands:
        call.effects.guess()
    for word in given.operands:
        call.scene.write(word)
    return ""


def _shred(call: Call, given: Options) -> Word:
    return _each(call, given)


def _tee(call: Call, given: Options) -> Word:
    for word in given.operands:
        call.scene.write(word, whole=not given.any("-a", "--append"))
    return call.stdin


def _sponge(call: Call, given: Options) -> Word:
    return _tee(call, given)


def _dd(call: Call, given: Options) -> Word:
    for word in given.operands:
        if word is None:
            call.effects.guess()
        elif word.startswith("of="):
            call.scene.write(word[3:])
            call.scene.name([word[3:]])
    return None


def _make(call: Call, given: Options) -> Word:
    for word in given.operands:
        call.scene.make(word)
        path = call.scene.path(word)
        while given.any("-p", "--parents") and path and path != "/":
            call.effects.made.add(path)
            path = system.dirname(path)
    return ""


def _forget(call: Call, given: Options) -> Word:
    for word in given.operands:
        path = call.scene.path(word)
        if path is not None:
            call.effects.made.discard(path)
    call.effects.change()
    return ""


def _mode(call: Call, given: Options) -> Word:
    """The rights of a file are part of what git keeps; the mode itself (`-x`, `u+x`) is the first operand."""
    words = [word for word in call.arguments if word is None or not word.startswith("-")]
    if not given.any("--reference") and not any(
        word is not None and word.startswith("-") and word[1:2] in "rwxst" and word[1:2] != "R"
        for word in call.arguments
    ):
        words = words[1:]
    whole = given.any("-R", "--recursive")
    for word in words:
        if whole:
            call.scene.write_or_folder(word)
        elif not call.scene.is_folder(word):
            call.scene.write(word)
    call.effects.change()
    return ""


def _owner(call: Call, given: Options) -> Word:
    call.effects.change()
    return ""


def _mktemp(call: Call, given: Options) -> Word:
    """A new file of a new name: nobody's. Only a template in this folder could land in a working tree."""
    if given.operands:
        call.effects.guess()
    call.effects.change()
    return None


def _rsync(call: Call, given: Options) -> Word:
    if given.any("-n", "--dry-run", "--list-only"):
        return None
    scene = call.scene
    if len(given.operands) < 2 or given.any("--remove-source-files", "--backup", "-b", "--log-file"):  # noqa: PLR2004
        call.effects.guess()
        return None
    target = given.operands[-1]
    if target is not None and ":" in target.partition("/")[0]:
        call.effects.change()
        return None
    for source in given.operands[:-1]:
        if source is None or target is None or scene.is_folder(source) or ":" in source.partition("/")[0]:
            scene.folder(target)
        elif scene.is_folder(target) or target.endswith("/") or len(given.operands) > 2:  # noqa: PLR2004
            scene.write(_inside(target, source))
        else:
            scene.write(target)
    return None


def _split(call: Call, given: Options) -> Word:
    call.effects.guess()
    return None


_VALUES = {
    "cp": ("tS", "--target-directory --suffix"),
    "dd": ("", ""),
    "install": ("tSmgo", "--target-directory --suffix --mode --owner --group"),
    "ln": ("tS", "--target-directory --suffix"),
    "mkdir": ("m", "--mode"),
    "mktemp": ("p", "--suffix --tmpdir"),
    "mv": ("tS", "--target-directory --suffix"),
    "rsync": ("efTBM", "--exclude --include --filter --exclude-from --include-from --files-from --rsh --log-file"),
    "shred": ("ns", "--iterations --size"),
    "touch": ("drt", "--date --reference --time"),
    "truncate": ("sr", "--size --reference"),
}

_HANDLERS: dict[str, Callable[[Call, Options], Word]] = {
    "chgrp": _owner,
    "chmod": _mode,
    "chown": _owner,
    "cp": _copy,
    "csplit": _split,
    "dd": _dd,
    "gcp": _copy,
    "install": _install,
    "ln": _link,
    "mkdir": _make,
    "mktemp": _mktemp,
    "mv": _move,
    "rm": _remove,
    "rmdir": _forget,
    "rsync": _rsync,
    "scp": _split,
    "shred": _shred,
    "split": _split,
    "sponge": _sponge,
    "tee": _tee,
    "touch": _each,
    "truncate": _each,
    "unlink": _each,
}

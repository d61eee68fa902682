"""The files that git commands name as they write them; for all others only git knows."""

from __future__ import annotations

from pucs import system
from pucs.shell.patching import patched, text_in
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.shell.scene import Call, Scene, Word

_NO_FILES = frozenset(
    "add branch bundle commit-tree config fetch fetch-pack gc hash-object maintenance mktree notes pack-refs prune "
    "reflog remote repack replace stage symbolic-ref tag update-index update-ref write-tree reset rerere count-objects "
    "prune-packed ls-remote var verify-commit verify-tag fsck column".split()
)


def note_files(call: Call, scene: Scene, verb: str, words: list[str]) -> None:
    """Notes what the verb writes in the folder of the scene."""
    handler = _VERBS.get(verb)
    if handler is not None:
        handler(call, scene, words)
    elif verb not in _NO_FILES or (verb == "reset" and not _keeps_files(words)):
        call.effects.guess()


def _keeps_files(words: list[str]) -> bool:
    return not any(word in ("--hard", "--merge", "--keep", "--recurse-submodules") for word in words)


def _spec(scene: Scene, call: Call, word: str) -> None:
    """One pathspec: a path as it stands, or a pattern of which only git knows what it takes."""
    if word.startswith(":") or any(letter in word for letter in "*?["):
        call.effects.guess()
    else:
        scene.write_or_folder(word)


def _move(call: Call, scene: Scene, words: list[str]) -> None:
    from pucs.shell.file_programs import run as move  # noqa: PLC0415 - rarely needed

    if not {"-n", "--dry-run"} & set(words):
        plain = tuple(word for word in words if word not in ("-f", "-k", "-v", "--force", "--verbose"))
        move(call._replace(program="mv", arguments=plain, scene=scene))


def _remove(call: Call, scene: Scene, words: list[str]) -> None:
    given = options(words)
    if given.any("-n", "--dry-run", "--cached"):
        return
    if given.any("--pathspec-from-file"):
        call.effects.guess()
    for word in given.operands:
        _spec(scene, call, word or "")


def _restore(call: Call, scene: Scene, words: list[str]) -> None:
    given = options(words, "sU", "--source --pathspec-from-file")
    if given.any("-S", "--staged") and not given.any("-W", "--worktree"):
        return
    if given.any("-p", "--patch", "--pathspec-from-file"):
        call.effects.guess()
    for word in given.operands:
        _spec(scene, call, word or "")


def _checkout(call: Call, scene: Scene, words: list[str]) -> None:
    if "--" in words and not {"-p", "--patch"} & set(words):
        for word in words[words.index("--") + 1 :]:
            _spec(scene, call, word)
        return
    given = options(words, "bB", "--orphan --conflict --pathspec-from-file")
    first, rest = given.operands[:1], given.operands[1:]
    call.effects.guess()
    if not given.any("-b", "-B", "--orphan", "-d", "--detach", "-t", "--track"):
        for one in rest:
            _spec(scene, call, one or "")
        for one in first:
            path = scene.path(one)
            if path is not None and system.lexists(path) and one:
                _spec(scene, call, one)


def _apply(call: Call, scene: Scene, words: list[str]) -> None:
    given = options(words, "pC", "--directory --exclude --include")
    if given.any("--stat", "--numstat", "--summary", "--check") and "--apply" not in given.flags:
        return
    if given.any("--cached") and not given.any("--index", "-3", "--3way"):
        return
    texts = [text_in(scene, word) for word in given.operands if word != "-"]
    texts += [call.stdin] if not given.operands or "-" in given.operands else []
    strip = given.flags.get("-p") or "1"
    # Paths in a patch count from the top of the working tree, unless --directory says otherwise; here the folder is it.
    if None in texts or given.any(
        "--directory", "--exclude", "--include", "--reject", "--unsafe-paths", "-3", "--3way"
    ):
        call.effects.guess()
    top = top_of(scene.cwd)
    scene.cwd = top
    for text in texts:
        for path in patched(text or "", int(strip) if strip.isdigit() else 1):
            scene.write(path)


def top_of(folder: Word) -> Word:
    """The folder above that has a `.git`."""
    while folder and folder != "/":
        if system.lexists(f"{folder}/.git"):
            return folder
        folder = system.dirname(folder)
    return None


def _into(call: Call, scene: Scene, words: list[str]) -> None:
    """clone, init and worktree add make a folder."""
    given = options(words, "bcjuo", "--branch --depth --template --separate-git-dir --reference --origin -b -B")
    call.effects.guess()
    places = [word for word in given.operands if word != "add"]
    if len(places) > 1:
        scene.folder(places[-1] if "clone" in call.arguments else places[0])


def _worktree(call: Call, scene: Scene, words: list[str]) -> None:
    given = options(words[1:], "bB", "--reason")
    if (words[:1] == ["add"] and given.operands) or (words[:1] == ["remove"] and given.operands):
        scene.folder(given.operands[0])
    elif words[:1] == ["move"] and len(given.operands) == 2:  # noqa: PLR2004
        scene.folder(given.operands[0])
        scene.folder(given.operands[1])


def _archive(call: Call, scene: Scene, words: list[str]) -> None:
    given = options(words, "o", "--output --format --prefix --remote --exec")
    target = given.flags.get("-o", given.flags.get("--output"))
    if target:
        scene.write(target)
    if given.any("--remote", "--exec"):
        call.effects.guess()


def _commit(call: Call, scene: Scene, words: list[str]) -> None:
    """A commit writes no file itself; its hooks may."""
    call.effects.guess(routine=True)


def _bundle(call: Call, scene: Scene, words: list[str]) -> None:
    if words[:1] == ["create"]:
        files = [word for word in words[1:] if not word.startswith("-")]
        scene.write(files[0] if files else None)


_VERBS: dict[str, Callable[[Call, Scene, list[str]], None]] = {
    "apply": _apply,
    "archive": _archive,
    "bundle": _bundle,
    "checkout": _checkout,
    "clone": _into,
    "commit": _commit,
    "mv": _move,
    "restore": _restore,
    "rm": _remove,
    "worktree": _worktree,
}

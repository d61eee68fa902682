"""A git command: its global options, its aliases, and the files that some verbs name as they write them."""

from __future__ import annotations

from pucs import system
from pucs.commands import GitCall
from pucs.shell.git_files import note_files, top_of
from pucs.shell.git_reads import git_reads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.shell.scene import Call, Word

    Aliases = Callable[[GitCall], str]
    """Asks git for the alias of a verb that is none of its own, in the folder of the call: its text, or ""."""

_OWN = frozenset(
    "add am annotate apply archive bisect blame branch bundle cat-file check-attr check-ignore checkout "
    "checkout-index cherry cherry-pick clean clone column commit commit-tree config count-objects credential describe "
    "diff diff-files diff-index diff-tree difftool fast-export fast-import fetch fetch-pack filter-branch "
    "for-each-ref format-patch fsck gc grep gui hash-object help index-pack init instaweb log ls-files ls-remote "
    "ls-tree maintenance merge merge-base merge-file merge-index merge-tree mergetool mktree multi-pack-index mv "
    "name-rev notes pack-objects pack-refs prune prune-packed pull push range-diff read-tree rebase receive-pack "
    "reflog remote repack replace request-pull rerere reset restore rev-list rev-parse revert rm send-email shortlog "
    "show show-branch show-ref sparse-checkout stage stash status submodule switch symbolic-ref tag unpack-objects "
    "update-index update-ref update-server-info upload-pack var verify-commit verify-pack verify-tag version "
    "whatchanged worktree write-tree".split()
)
_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--super-prefix", "--exec-path")
_SETS_PLACE = {"GIT_DIR": "git_dir", "GIT_WORK_TREE": "work_tree"}
_MOST_ALIASES = 10


def run(call: Call, aliases: Aliases | None) -> Word:
    """Notes the git command, and the files it writes where it names them."""
    if call.arguments == ("rev-parse", "--show-toplevel") and not call.environ:
        top = top_of(call.scene.cwd)
        return None if top is None else top + "\n"
    _run(call, aliases, call.arguments, _MOST_ALIASES)
    return None


def _run(call: Call, aliases: Aliases | None, words: tuple[Word, ...], rounds: int) -> None:
    found = _parse(call, words)
    if found is None:
        return
    if found.verb in _OWN:
        _note(call, found)
        return
    text = _alias(found, aliases)
    if text is None or not rounds:
        call.effects.git.append(found)
        call.effects.guess()
    elif text.startswith("!"):
        scene = call.scene.below()
        # It runs at the top of the working tree, which only git knows; the folder of the command is in it.
        rest = " ".join("'" + (word or "").replace("'", "'\\''") + "'" for word in found.arguments)
        call.script(f"{text[1:]} {rest}", scene, call.stdin)
        call.effects.guess()
    else:
        before = words[: len(words) - len(found.arguments) - 1]
        _run(call, aliases, (*before, *_parts(text), *found.arguments), rounds - 1)


def _alias(found: GitCall, aliases: Aliases | None) -> str | None:
    """The alias's text; None where the verb is none, or nobody knows."""
    name = f"alias.{found.verb}".lower()
    for setting in reversed(found.settings):
        key, _, value = setting.partition("=")
        if key.lower() == name:
            return value or None
    return (aliases(found) or None) if aliases is not None else None


def _parts(text: str) -> list[str]:
    """The words of an alias, as git parts them."""
    words, word, quote, at = [], "", "", 0
    begun = False
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == quote:
                quote = ""
            elif letter == "\\" and quote == '"':
                at += 1
                word += text[at : at + 1]
            else:
                word += letter
        elif letter in "'\"":
            quote, begun = letter, True
        elif letter.isspace():
            if word or begun:
                words.append(word)
            word, begun = "", False
        else:
            word += letter
        at += 1
    return [*words, word] if word or begun else words


def _parse(call: Call, words: tuple[Word, ...]) -> GitCall | None:
    """The call behind the global options; None for none, or one that cannot be known (which is noted)."""
    scene = call.scene
    folder = scene.cwd
    places = {"git_dir": "", "work_tree": ""}
    settings: list[str] = []
    for name, field in _SETS_PLACE.items():
        value = call.environ.get(name, scene.variables.get(name, ""))
        if value is None:
            call.effects.guess()
        elif value:
            places[field] = value
    at = 0
    while at < len(words):
        word = words[at]
        if word is None:
            call.effects.guess()
            return None
        if not word.startswith("-"):
            break
        name, equals, value = word.partition("=")
        given: Word = value
        if name in _WITH_VALUE and not equals:
            at += 1
            given = words[at] if at < len(words) else None
        at += 1
        if name in _WITH_VALUE and given is None:
            call.effects.guess()
            return None
        if name == "-C":
            folder = _in(folder, given)
        elif name == "-c" and given is not None:
            settings.append(given)
        elif name in ("--git-dir", "--work-tree") and given is not None:
            places[name[2:].replace("-", "_")] = given
        elif name == "--exec-path" and equals:
            call.effects.guess()
        elif word in ("--version", "--help", "-h", "-v", "--exec-path", "--html-path", "--man-path", "--info-path"):
            return None
    if at >= len(words):
        return None
    if folder is None:
        call.effects.guess()
    verb = words[at] or ""
    where = {key: system.normpath(system.join(folder or "", value)) if value else "" for key, value in places.items()}
    return GitCall(verb, tuple(words[at + 1 :]), folder or "", where["git_dir"], where["work_tree"], tuple(settings))


def _in(folder: Word, given: Word) -> Word:
    if given is None or (folder is None and not given.startswith("/")):
        return None
    return system.normpath(system.join(folder or "", given)) if given else folder


def _note(call: Call, found: GitCall) -> None:
    known = [word for word in found.arguments if word is not None]
    if len(known) == len(found.arguments) and git_reads(found.verb, known) and not found.settings:
        return
    call.effects.git.append(found)
    call.effects.change()
    if None in found.arguments:
        call.effects.guess()
    scene = call.scene.below()
    scene.cwd = found.folder or None
    if found.work_tree and not f"{found.folder}/".startswith(found.work_tree.rstrip("/") + "/"):
        scene.cwd = found.work_tree  # from elsewhere, paths count from its top
    for word in known:
        scene.name([word])
    note_files(call, scene, found.verb, known)

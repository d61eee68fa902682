"""Programs that bring files in: downloads and archives."""

from __future__ import annotations

from pucs import system
from pucs.shell.harmless import is_harmless
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.shell.scene import Call, Word

_CURL_WRITES = (
    "-c", "--cookie-jar", "-D", "--dump-header", "--trace", "--trace-ascii", "--stderr", "--etag-save", "--libcurl",
    "--hsts", "--alt-svc",
)  # fmt: skip


def run(call: Call) -> Word:
    """Notes what the program writes."""
    _HANDLERS[call.program](call)
    return None


def _name_in(url: Word) -> Word:
    if url is None:
        return None
    name = url.partition("#")[0].partition("?")[0].partition("://")[2].partition("/")[2]
    return system.basename(name) or None


def _curl(call: Call) -> None:
    given = options(
        call.arguments,
        "oHXdFAbucDeTmwrKxEQYyzCU",
        "--output --header --request --data --data-raw --data-binary --form --user-agent --cookie --user --cookie-jar "
        "--dump-header --referer --upload-file --max-time --write-out --url --output-dir --connect-timeout --retry "
        "--config --proxy --cacert --cert --key --json --data-urlencode --trace --trace-ascii --stderr --etag-save",
    )
    scene = call.scene.below()
    if "--output-dir" in given.flags:
        scene.cwd = scene.path(given.flags["--output-dir"])
    for name in ("-o", "--output", *_CURL_WRITES):
        if name in given.flags and given.flags[name] != "-":
            scene.write(given.flags[name])
    if given.any("-O", "--remote-name", "--remote-name-all"):
        for url in given.operands:
            scene.write(_name_in(url))
    several = sum(word in ("-o", "--output") for word in call.arguments) > 1
    if several or given.any("-K", "--config", "-J", "--remote-header-name") or None in call.arguments:
        call.effects.guess()


def _wget(call: Call) -> None:
    given = options(
        call.arguments,
        "OPoaUtTe",
        "--output-document --directory-prefix --output-file --append-output --user-agent --tries --timeout --header",
    )
    scene = call.scene.below()
    for name in ("-o", "--output-file", "-a", "--append-output"):
        if name in given.flags and given.flags[name] != "-":
            scene.write(given.flags[name])
    target = given.flags.get("-O", given.flags.get("--output-document"))
    if target:
        if target != "-":
            scene.write(target)
        call.effects.change()
        return
    folder = given.flags.get("-P", given.flags.get("--directory-prefix"))
    if folder:
        scene.cwd = scene.path(folder)
    for url in given.operands:
        scene.write(_name_in(url))
    call.effects.guess()  # a name that is taken gets another


def _tar(call: Call) -> None:
    words = list(call.arguments)
    if words and words[0] and not words[0].startswith("-"):
        words[0] = "-" + words[0]
    given = options(words, "fCTXbI", "--file --directory --exclude --files-from --strip-components --transform")
    archive = given.flags.get("-f", given.flags.get("--file"))
    scene = call.scene
    if given.any("-t", "--list"):
        return
    if given.any("-x", "--extract", "--get"):
        if given.any("-O", "--to-stdout"):
            return
        scene.folder(given.flags.get("-C", given.flags.get("--directory", ".")))
    elif archive and archive != "-":
        scene.write(archive)
    else:
        call.effects.change()
    if given.any("--remove-files", "-I", "--to-command", "--checkpoint-action") or None in words:
        call.effects.guess()


def _unzip(call: Call) -> None:
    given = options(call.arguments, "dxP")
    if given.any("-l", "-p", "-t", "-v", "-Z"):
        return
    call.scene.folder(given.flags.get("-d", "."))


def _zip(call: Call) -> None:
    given = options(call.arguments, "xibtn", ordered=False)
    if given.any("-m", "-O", "-@") or not given.operands:
        call.effects.guess()
    for word in given.operands[:1]:
        name = word if word is None or "." in system.basename(word) else word + ".zip"
        if name != "-":
            call.scene.write(name)


def _packer(call: Call) -> None:
    """Gzip and its like replace a file by another."""
    given = options(call.arguments, "S" if "zstd" not in call.program else "oT", "--suffix")
    if given.any("-c", "--stdout", "-l", "--list", "-t", "--test") or not given.operands:
        return
    ending = {"gz": ".gz", "gu": ".gz", "bz": ".bz2", "bu": ".bz2", "xz": ".xz", "un": ".xz", "zs": ".zst"}[
        call.program[:2]
    ]
    if given.any("-S", "--suffix", "-r", "-o"):
        call.effects.guess()
    opens = "un" in call.program or given.any("-d", "--decompress", "--uncompress")
    for word in given.operands:
        call.scene.write(word)
        if word is not None:
            base = word.removesuffix(".tgz") + ".tar" if word.endswith(".tgz") else word.removesuffix(ending)
            call.scene.write(base if opens else word + ending)


def _tree(call: Call) -> None:
    if is_harmless(("tree", *call.arguments)):
        return
    given = options(call.arguments, "oLPIHT")
    if given.flags.get("-o"):
        call.scene.write(given.flags["-o"])
    if "-R" in given.flags or not given.flags.get("-o"):
        call.effects.guess()


_HANDLERS: dict[str, Callable[[Call], None]] = {
    "bunzip2": _packer,
    "bzip2": _packer,
    "curl": _curl,
    "gunzip": _packer,
    "gzip": _packer,
    "tar": _tar,
    "tree": _tree,
    "unxz": _packer,
    "unzip": _unzip,
    "wget": _wget,
    "xz": _packer,
    "zip": _zip,
    "zstd": _packer,
}

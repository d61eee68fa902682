"""`patch`, and the files that a patch's text names."""

from __future__ import annotations

from pucs import system
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.shell.scene import Call, Scene, Word

_LARGEST = 1 << 18
_TYPE, _FILE = 0o170000, 0o100000


def run(call: Call) -> Word:
    """Notes the files that are patched. Rejects and copies beside them may come on top, so it is never all."""
    given = options(
        call.arguments,
        "pidoBrFVDgYzx",
        "--strip --input --directory --output --reject-file --fuzz --prefix --suffix --ifdef",
    )
    if given.any("--dry-run"):
        return None
    call.effects.guess()
    scene = call.scene.below()
    if given.any("-d", "--directory"):
        scene.cwd = scene.path(given.flags.get("-d", given.flags.get("--directory")))
    target = given.flags.get("-o", given.flags.get("--output"))
    if target or given.operands:
        scene.write(target or given.operands[0])
        return None
    source = given.flags.get("-i", given.flags.get("--input"))
    text = call.stdin if not source or source == "-" else text_in(scene, source)
    strip = given.flags.get("-p", given.flags.get("--strip"))
    for path in patched(text or "", int(strip) if strip and strip.isdigit() else None):
        scene.write(path)
    return None


def text_in(scene: Scene, word: Word) -> Word:
    """What the file holds now, if it is not too large."""
    path = scene.path(word)
    if path is None or path in scene.effects.writes:
        return None
    try:
        found = system.stat(path)
        if found.st_size > _LARGEST or found.st_mode & _TYPE != _FILE:
            return None
        fd = system.open(path, system.O_RDONLY)
        try:
            return system.read(fd, _LARGEST).decode("utf-8", "surrogateescape")
        finally:
            system.close(fd)
    except (OSError, ValueError):
        return None


def patched(text: str, strip: int | None) -> list[str]:
    """The files that a patch names, with so many leading parts taken off (None: all of them, as patch does)."""
    found: dict[str, None] = {}
    for line in text.split("\n"):
        if line.startswith(("--- ", "+++ ")):
            name = line[4:].partition("\t")[0].strip()
        elif line.startswith(("rename from ", "rename to ", "copy to ")):
            name = "a/" * (strip or 0) + line.partition(" ")[2].partition(" ")[2]
        elif line.startswith("diff --git a/"):
            name = line[len("diff --git ") :].partition(" b/")[0]
        else:
            continue
        if name == "/dev/null":
            continue
        parts = name.split("/")
        kept = parts[-1:] if strip is None else parts[strip:]
        if kept:
            found["/".join(kept)] = None
    return list(found)

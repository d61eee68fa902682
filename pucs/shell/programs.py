"""Which programs are known, and where what they write is told."""

from __future__ import annotations

from pucs.shell.harmless import is_harmless
from pucs.shell.routine import is_routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.shell.git_words import Aliases
    from pucs.shell.scene import Call, Word

_MODULES = {
    "inbuilt": ". alias builtin cd command eval exec export popd pushd set shopt source trap unalias read printf echo "
    "pwd basename dirname cat ls seq mapfile readarray local let wait kill umask ulimit hash jobs fg bg disown",
    "wrappers": "bash dash doas env flock ionice nice nohup setsid sh stdbuf sudo time timeout xargs zsh ksh chronic",
    "file_programs": "chgrp chmod chown cp dd install ln mkdir mktemp mv rm rmdir rsync shred split sponge tee touch "
    "truncate unlink scp csplit gcp",
    "editors": "awk ed ex gawk gsed mawk nawk perl sed sort uniq vi vim yq xxd iconv shuf",
    "code": "node python python3 python2 pypy3",
    "finding": "find fd",
    "patching": "patch",
    "fetching": "bunzip2 bzip2 curl gunzip gzip tar unxz unzip wget xz zip zstd tree",
    "formatters": "autopep8 black clang-format gofmt goimports isort prettier ruff rustfmt shfmt yapf npx uvx pnpx",
    "git_words": "git",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


def run_program(call: Call, aliases: Aliases | None) -> Word:
    """Notes what a program will write; gives what it prints, None where that cannot be known."""
    program = call.program
    if program.startswith(("/bin/", "/usr/bin/", "/usr/local/bin/")):
        call = call._replace(program=program.rpartition("/")[2])
    home = _HOMES.get(call.program)
    if home is not None:
        module = __import__(f"pucs.shell.{home}", fromlist=["run"])
        if home == "git_words":
            return module.run(call, aliases)  # type: ignore[no-any-return]
        return module.run(call)  # type: ignore[no-any-return]
    if not is_harmless((call.program, *call.arguments)):
        call.effects.guess(routine=is_routine(call.program, call.arguments))
    return None

"""What reading a shell command tells about it: plain values, filled by `pucs.shell`, judged by the gates."""

from __future__ import annotations

from pucs.record import Record


class GitCall(Record):
    """One git command inside a shell command, its aliases and global options resolved.

    `verb` is git's own name of it (`checkout`, `stash`); `arguments` are what follows the verb. `folder` is the
    absolute folder it runs in (`cd`, `-C`), `git_dir` and `work_tree` what `--git-dir`, `--work-tree` or the
    environment set, "" where they did not. `settings` are its `-c key=value`. An argument that cannot be known is None.
    """

    verb: str
    arguments: tuple[str | None, ...] = ()
    folder: str = ""
    git_dir: str = ""
    work_tree: str = ""
    settings: tuple[str, ...] = ()


class Reading(Record):
    """What a command will do, as far as reading it tells. All paths are absolute and spelt as the command has them.

    `writes` are files it will write, create, replace, move away or delete; `folders` are removed, moved or filled with
    all they hold; `whole` are those of the writes that keep nothing of the file; `named` is every word of it that may
    be a path, for looking at ignored files; `git` are its git commands in order. `unknown` says that something in it
    may write what cannot be known (a script, a build); then what is listed is still right, but not all; `routine` says
    that all of that only tests, checks, tidies or commits: it writes no source but for its layout. `read_only` is proof
    that nothing is written: nothing else is set then.
    """

    writes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    git: tuple[GitCall, ...] = ()
    named: tuple[str, ...] = ()
    unknown: bool = False
    read_only: bool = False
    whole: tuple[str, ...] = ()
    routine: bool = False


UNKNOWN_READING = Reading(unknown=True)
"""What is known of a command that could not be read at all."""

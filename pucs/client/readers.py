"""What the hooks cannot read for want of a parser: shell commands, and the symbols of source files."""

from __future__ import annotations

from pucs.install import locations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pucs.client.opening import Repository
    from pucs.installation import Installation


def missing(installation: Installation, repository: Repository | None) -> Iterator[str]:
    """A note for each, with the way to have it. Symbols are missed only where the configuration asks for them."""
    where = (installation.python, installation.root, installation.libraries)
    if not locations.reads_commands(*where):
        yield "shell commands are not read before they run: pip install tree-sitter tree-sitter-bash, then pucs init"
    rules = repository.policy.locks if repository is not None else None
    if rules is None or "symbols" not in (rules.partition, *(word for _, word in rules.partition_paths)):
        return
    unread = locations.unread_languages(*where)
    if unread:
        yield (
            f"files are to be shared by symbols, but those of {', '.join(unread)} cannot be read and are shared by "
            "lines: pip install 'pucs[symbols]', then pucs init"
        )

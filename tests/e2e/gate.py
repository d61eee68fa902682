"""A place in a command where a test can hold it, so that it acts while the command runs."""

import os
import select
import shlex
from pathlib import Path


class Gate:
    """Two named pipes: one says that the command has come, the other lets it go on."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._came, self._go = folder / "came", folder / "go"
        for pipe in (self._came, self._go):
            os.mkfifo(pipe)
        # Each end is open from the start, so that neither side can miss the other.
        self._descriptors = [os.open(pipe, os.O_RDWR | os.O_NONBLOCK) for pipe in (self._came, self._go)]

    @property
    def command(self) -> str:
        """The shell command that says it has come and waits to go on."""
        return f"echo > {shlex.quote(str(self._came))}; read -r _ < {shlex.quote(str(self._go))}"

    def wait(self, limit: float = 60.0) -> None:
        """Returns when the command has come to the gate."""
        ready, _, _ = select.select([self._descriptors[0]], [], [], limit)
        if not ready:
            raise AssertionError(f"no command came to the gate within {limit} s")
        os.read(self._descriptors[0], 4096)

    def open(self) -> None:
        """Lets one command go on."""
        os.write(self._descriptors[1], b"\n")

    def close(self) -> None:
        """Lets go of the pipes; a command that still waits is not freed."""
        for descriptor in self._descriptors:
            os.close(descriptor)

"""`pucs doctor`: what silently breaks such tools, each with why it matters and what to do; then both gates proven."""

from __future__ import annotations

from pucs.client import proving, symptoms
from pucs.client.opening import repository_of
from pucs.client.planning import settings_paths
from pucs.client.proving import Proof
from pucs.client.sites import site_at
from pucs.client.symptoms import Trouble, Ward
from pucs.errors import PucsError
from pucs.git import locate
from pucs.install.exclusion import exclusive
from pucs.record import Record
from pucs.state import opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Report(Record):
    """Everything that was found. `notes` are worth knowing and wrong with nothing."""

    root: str
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where nothing is wrong."""
        return int(bool(self.troubles) or any(proof.proven is False for proof in self.proofs))

    def plain(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "version": 1,
            "repository": self.root,
            "ok": self.exit_code == 0,
            "troubles": [trouble._asdict() for trouble in self.troubles],
            "notes": list(self.notes),
            "proofs": [proof._asdict() for proof in self.proofs],
        }

    def text(self) -> str:
        """The report for a person."""
        lines = [f"pucs doctor: {self.root}"]
        for trouble in self.troubles:
            lines += [f"  WRONG   {trouble.what}", f"          why:  {trouble.why}", f"          next: {trouble.next}"]
        lines += [f"  note    {note}" for note in self.notes]
        words = {True: "proven ", False: "FAILED ", None: "untried"}
        lines += [f"  {words[proof.proven]} {proof.gate}: {proof.said}" for proof in self.proofs]
        lines.append("Something is wrong." if self.exit_code else "All is well.")
        return "\n".join(lines) + "\n"


def examine(folder: str, environ: Mapping[str, str], *, repair: bool = False) -> Report:
    """Looks for everything that is known to break, and proves the gates. `repair` mends the state and the marker."""
    site = site_at(folder)
    installation = opening.installed(site.common)
    if installation is None:
        why = "No agent and no commit is held to anything in this repository."
        return Report(site.home, (Trouble("PUCS is not installed here", why, "pucs init"),))
    notes: list[str] = []
    if repair:
        with exclusive(site.common):
            notes += symptoms.repair(site.common)
    tree = locate.tree_at(site.home)
    repository = repository_of(tree) if tree is not None else None
    ward = Ward(site, installation, environ, repository)
    troubles: list[Trouble] = []
    for check in symptoms.CHECKS:
        for found in check(ward):
            if isinstance(found, Trouble):
                troubles.append(found)
            else:
                notes.append(found)
    proofs: list[Proof] = []
    if repository is not None:
        paths = settings_paths(site, installation.scope or "local", environ)
        bench = proving.Bench(repository, site.home, tuple(paths), installation.hooks)
        try:
            proofs = proving.prove(bench)
        except PucsError as error:
            proofs = [Proof("both gates", False, str(error))]
    return Report(site.home, tuple(troubles), tuple(notes), tuple(proofs))

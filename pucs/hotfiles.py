"""Hot files: what everybody adds to or makes anew, and what two agents may do to one of them at once.

The configuration's `policies` come after these here, and of all that fit a path the last decides. Where a file is
locked as a whole (critical, `partition: off`), no policy applies.
"""

from __future__ import annotations

from pucs.patterns import matches
from pucs.policy import Policy, partition
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.model import Lock
    from pucs.patterns import Pattern

NONE, REBUILD, UNION, VERSION, SYMBOLS = "none", "rebuild", "union", "version", "symbols"
WORDS = (REBUILD, UNION, VERSION, SYMBOLS, NONE)

DEFAULTS = (
    ("package-lock.json", REBUILD, "npm install --package-lock-only"),
    ("npm-shrinkwrap.json", REBUILD, "npm install --package-lock-only"),
    ("yarn.lock", REBUILD, "yarn install"),
    ("pnpm-lock.yaml", REBUILD, "pnpm install --lockfile-only"),
    ("bun.lock", REBUILD, "bun install --lockfile-only"),
    ("bun.lockb", REBUILD, "bun install --lockfile-only"),
    ("deno.lock", REBUILD, "deno install"),
    ("poetry.lock", REBUILD, "poetry lock"),
    ("uv.lock", REBUILD, "uv lock"),
    ("pdm.lock", REBUILD, "pdm lock"),
    ("Pipfile.lock", REBUILD, "pipenv lock"),
    ("Cargo.lock", REBUILD, "cargo update --workspace"),
    ("go.sum", REBUILD, "go mod tidy"),
    ("Gemfile.lock", REBUILD, "bundle lock"),
    ("composer.lock", REBUILD, "composer update --lock"),
    ("mix.lock", REBUILD, "mix deps.get"),
    ("pubspec.lock", REBUILD, "dart pub get"),
    ("Package.resolved", REBUILD, "swift package resolve"),
    ("Podfile.lock", REBUILD, "pod install"),
    ("flake.lock", REBUILD, "nix flake lock"),
    (".terraform.lock.hcl", REBUILD, "terraform init"),
    ("*_pb2.py", REBUILD, ""),
    ("*_pb2.pyi", REBUILD, ""),
    ("*_pb2_grpc.py", REBUILD, ""),
    ("*.pb.go", REBUILD, ""),
    ("*.min.js", REBUILD, ""),
    ("*.min.css", REBUILD, ""),
    ("*.snap", REBUILD, ""),
    ("*.ambr", REBUILD, ""),
    ("CHANGELOG*", UNION, ""),
    ("CHANGES*", UNION, ""),
    ("HISTORY*", UNION, ""),
    ("NEWS*", UNION, ""),
    ("RELEASE_NOTES*", UNION, ""),
    ("AUTHORS*", UNION, ""),
    ("CONTRIBUTORS*", UNION, ""),
    (".gitignore", UNION, ""),
    (".gitattributes", UNION, ""),
    (".dockerignore", UNION, ""),
    (".npmignore", UNION, ""),
    (".prettierignore", UNION, ""),
    ("requirements*.txt", UNION, ""),
    ("VERSION", VERSION, ""),
    ("VERSION.txt", VERSION, ""),
    ("_version.py", VERSION, ""),
    ("__version__.py", VERSION, ""),
    ("version.py", VERSION, ""),
    ("pyproject.toml", VERSION, ""),
    ("setup.py", VERSION, ""),
    ("setup.cfg", VERSION, ""),
    ("package.json", VERSION, ""),
    ("Cargo.toml", VERSION, ""),
    ("composer.json", VERSION, ""),
    ("pubspec.yaml", VERSION, ""),
    ("Chart.yaml", VERSION, ""),
    ("__init__.py", SYMBOLS, ""),
    ("__init__.pyi", SYMBOLS, ""),
    ("index.ts", SYMBOLS, ""),
    ("index.tsx", SYMBOLS, ""),
    ("index.js", SYMBOLS, ""),
    ("index.jsx", SYMBOLS, ""),
    ("index.mjs", SYMBOLS, ""),
    ("index.d.ts", SYMBOLS, ""),
    ("mod.rs", SYMBOLS, ""),
)
"""Names of files in any folder (`*` for anything), with the policy and the command that makes such a file anew."""


class HotFile(Record):
    """The policy of a path and, for what is made anew, the command that does so ("": not known)."""

    word: str = NONE
    command: str = ""


def hot(policy: Policy, path: str) -> HotFile:
    """What holds for the path."""
    if partition(policy, path) == "off":
        return HotFile()
    for pattern, word, command in reversed(policy.policies):
        if matches((pattern,), path):
            return HotFile(word, command or _usual(path).command) if word == REBUILD else HotFile(word)
    return _usual(path)


def _usual(path: str) -> HotFile:
    """What holds for a file of that name by default: plain names are looked up, the others asked one by one."""
    name = path.rpartition("/")[2]
    if name in _PLAIN:
        return HotFile(*_PLAIN[name])
    return next((HotFile(*found) for pattern, *found in _WITH_STARS if matches((pattern,), name)), HotFile())


_PLAIN = {name: (word, command) for name, word, command in DEFAULTS if "*" not in name}
_WITH_STARS: list[tuple[Pattern, str, str]] = [
    (["+", "", False, name.split("*"), False], word, command) for name, word, command in DEFAULTS if "*" in name
]


def lets_pass(policy: Policy, path: str, lock: Lock) -> bool:
    """Whether the lock keeps nobody out: what its agent made of the file is made anew by whoever needs it.

    A call that is writing it now, and a lock that somebody asked for, bind as ever.
    """
    return not lock.calls and not lock.explicit and hot(policy, path).word == REBUILD


def in_the_way(policy: Policy, path: str, found: Iterable[Lock]) -> list[Lock]:
    """Those of the locks that are not let pass."""
    return [lock for lock in found if not lets_pass(policy, path, lock)]

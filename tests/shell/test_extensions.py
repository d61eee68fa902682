"""tree-sitter's module, loaded without `re` and `enum`: both are the real ones for everybody else, also afterwards."""

import subprocess
import sys
import sysconfig

import pytest

from tests.support import ROOT

LOAD = """
import sys
sys.path.append(sys.argv[1])
from pucs.system.extensions import binding
folders = sys.argv[2:]
engine, bash = binding("tree_sitter", folders), binding("tree_sitter_bash", folders)
language = engine.Language(bash.language())
tree = engine.Parser(language).parse(b"echo one two")
"""


def run(code: str) -> str:
    folders = {sysconfig.get_path("platlib"), sysconfig.get_path("purelib")}
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT), *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def test_neither_is_imported_nor_left_behind() -> None:
    assert run(LOAD + "print({'re', 'enum', 'collections', 'functools'} & set(sys.modules), tree.root_node.type)") == (
        "set() program\n"
    )


def test_both_are_real_when_they_are_imported_later() -> None:
    code = "import re, enum\nprint(re.sub('a+', 'b', 'xaax'), enum.IntEnum('E', 'one')['one'] + 1, re.__file__[-11:])"
    assert run(LOAD + code) == "xbx 2 __init__.py\n"


def test_queries_compile_their_patterns() -> None:
    code = """
query = engine.Query(language, '((word) @found (#match? @found "^t"))')
(found,) = engine.QueryCursor(query).captures(tree.root_node).values()
print([node.text for node in found])
"""
    assert run(LOAD + code) == "[b'two']\n"


@pytest.mark.parametrize(("name", "attribute"), [("re", "IGNORECASE"), ("enum", "Flag")])
def test_a_stand_in_gives_what_else_is_asked_for(name: str, attribute: str) -> None:
    code = f"""
import sys
sys.path.append(sys.argv[1])
from pucs.system.extensions import _stand_in
sys.modules["{name}"] = _stand_in("{name}")
from {name} import {attribute} as asked
import {name}
print(asked is {name}.{attribute}, hasattr({name}, "__file__"))
"""
    assert run(code) == "True True\n"

"""Explicit locks on parts of files, and files shared by symbols, through the real hooks and the real command."""

import json

import pytest

from pucs import PUCSClient
from pucs.client.moving import needed_by_locks
from pucs.errors import Refusal, UsageError
from pucs.linediff import cuts
from pucs.parts import moved
from pucs.view import Change
from tests.cli.conftest import Pucs, pucs  # noqa: F401 - the fixture
from tests.code.samples import JAVASCRIPT, PYTHON
from tests.support import Client, Repo, policy

PATH = PYTHON.path
VALIDATE = "        return inner() is not None\n"
LEVEL = "        return self._level\n"


@pytest.fixture
def shared(guarded: Repo) -> Repo:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write(PATH, PYTHON.text)
    guarded.write("notes.txt", "".join(f"line {n}\n" for n in range(1, 31)))
    guarded.commit("Sources")
    return guarded


@pytest.fixture
def anna(client, shared: Repo) -> Client:
    return client(PUCS_AGENT_ID="anna")


@pytest.fixture
def ben(client, shared: Repo) -> Client:
    return client(PUCS_AGENT_ID="ben")


def library(repo: Repo, name: str) -> PUCSClient:
    return PUCSClient(name, path=str(repo.root))


class TestSymbols:
    def test_a_method_is_kept_from_others_and_nothing_else(self, shared: Repo, pucs: Pucs, anna, ben) -> None:  # noqa: F811
        anna.start()
        done = pucs("lock", f"{PATH}::RiskManager.validate", "--task", "Stricter", by=anna)
        assert done.status == 0, done
        assert f"{PATH}::RiskManager.validate is yours until" in done.stdout
        reason = ben.edit(PATH, VALIDATE, "        return True\n").reason
        assert f'{PATH} is locked in RiskManager.validate by anna (task "Stricter")' in reason
        assert "Their change" not in reason
        assert len(reason) <= 600
        assert ben.edit(PATH, LEVEL, "        return 3\n").silent
        assert ben.edit(PATH, "LIMIT = 10\n", "LIMIT = 11\n").silent

    def test_its_decorators_and_comment_are_kept_too(self, shared: Repo, ben: Client) -> None:
        with library(shared, "tool") as tool:
            tool.acquire_locks(f"{PATH}::RiskManager.validate")
            assert ben.edit(PATH, "    # Whether it is allowed.\n", "    # Whether.\n").denied
        assert ben.edit(PATH, "    # Whether it is allowed.\n", "    # Whether.\n").silent, "and given back at the end"

    def test_all_of_one_name(self, shared: Repo, ben: Client) -> None:
        with library(shared, "tool") as tool:
            tool.acquire_locks(f"{PATH}::RiskManager.level")
            assert ben.edit(PATH, LEVEL, "        return 3\n").denied
            assert ben.edit(PATH, "        self._level = value\n", "        pass\n").denied
            assert ben.edit(PATH, VALIDATE, "        return True\n").silent

    def test_a_class_with_all_its_methods(self, shared: Repo, ben: Client) -> None:
        with library(shared, "tool") as tool:
            tool.acquire_locks(f"{PATH}::RiskManager")
            assert ben.edit(PATH, LEVEL, "        return 3\n").denied
            assert ben.edit(PATH, "def last(): return 1\n", "def last(): return 2\n").silent

    def test_it_is_followed_wherever_it_goes(self, shared: Repo, ben: Client) -> None:
        with library(shared, "tool") as tool:
            tool.acquire_locks(f"{PATH}::RiskManager.validate")
            assert ben.edit(PATH, "import os\n", "import os\n" * 40).silent
            assert ben.edit(PATH, VALIDATE, "        return True\n").denied
            text = shared.read(PATH)
            method = text[text.index("    # Whether it is allowed.") : text.index("    @property")]
            shared.write(
                PATH, text.replace(method, "").rstrip("\n") + "\n\n\nclass RiskManager:\n" + method.rstrip() + "\n"
            )
            assert ben.edit(PATH, VALIDATE.rstrip(), "        return True").denied, "a person moved it to the end"
            assert ben.edit(PATH, LEVEL, "        return 3\n").silent

    def test_the_holder_goes_on_anywhere(self, shared: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:  # noqa: F811
        anna.start()
        pucs("lock", f"{PATH}::RiskManager.validate", by=anna)
        assert anna.edit(PATH, VALIDATE, "        return True\n").silent
        assert anna.edit(PATH, "LIMIT = 10\n", "LIMIT = 12\n").silent
        assert ben.edit(PATH, "            return order\n", "            return 1\n").denied
        assert ben.edit(PATH, "LIMIT = 12\n", "LIMIT = 13\n").denied, "her bytes"
        assert ben.edit(PATH, LEVEL, "        return 3\n").silent
        assert anna.edit(PATH, "    def validate(self, order):\n", "    def validate(self, order, more):\n").silent
        assert ben.edit(PATH, "        return True\n", "        return 0\n").denied

    def test_over_anothers_uncommitted_lines_it_is_denied_and_beside_them_not(self, shared: Repo, ben: Client) -> None:
        assert ben.edit(PATH, VALIDATE, "        return True\n").silent
        tool = library(shared, "tool")
        with pytest.raises(Refusal, match=r"being changed by ben .*in RiskManager\.validate"):
            tool.acquire_locks(f"{PATH}::RiskManager.validate")
        with pytest.raises(Refusal):
            tool.acquire_locks(PATH)
        tool.acquire_locks(f"{PATH}::RiskManager.level")
        assert ben.edit(PATH, LEVEL, "        return 3\n").denied
        assert ben.edit(PATH, "        return True\n", "        return 1\n").silent
        assert ben.edit(PATH, "    # What it allows.\n", "    # All.\n").silent

    def test_two_parts_of_one_file_by_two_agents(self, shared: Repo) -> None:
        one, two = library(shared, "one"), library(shared, "two")
        one.acquire_locks([f"{PATH}::RiskManager.validate", f"{PATH}::last"])
        two.acquire_locks(f"{PATH}::RiskManager.level")
        with pytest.raises(Refusal, match=r"locked in last by one"):
            two.acquire_locks(f"{PATH}::last")
        with pytest.raises(Refusal, match=r"locked in RiskManager\.validate by one"):
            library(shared, "three").acquire_locks(f"{PATH}::RiskManager")
        assert one.release_locks(f"{PATH}::last") == ()
        two.acquire_locks(f"{PATH}::last")
        assert one.release_locks() == (PATH,)

    def test_two_spellings_of_one_file_give_a_lock_each(self, shared: Repo) -> None:
        found = library(shared, "tool").acquire_locks([f"{PATH}::last", "a.py", f"{PATH}::RiskManager.level"])
        assert [len(lock.parts) for lock in found] == [3, 0, 3]

    def test_a_whole_file_lock_stays_whole(self, shared: Repo, ben: Client) -> None:
        tool = library(shared, "tool")
        tool.acquire_locks(PATH)
        tool.acquire_locks(f"{PATH}::last")
        assert ben.edit(PATH, LEVEL, "        return 3\n").denied

    def test_a_renamed_one_is_kept_where_its_lines_are(self, shared: Repo, pucs: Pucs, anna, ben) -> None:  # noqa: F811
        anna.start()
        pucs("lock", f"{PATH}::RiskManager.validate", by=anna)
        assert anna.edit(PATH, "def validate(self, order)", "def check(self, order)").silent
        assert ben.edit(PATH, "            return order\n", "            return 1\n").denied
        assert ben.edit(PATH, "def last(): return 1\n", "def last(): return 2\n").silent

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (f"{PATH}::validat", "it has RiskManager.validate"),
            (f"{PATH}::nothing", "it has <imports>, <module:LIMIT>"),
            (f"{PATH}:50-70", "its last line is 58"),
            ("notes.txt::x", "name lines: notes.txt:1-10"),
            ("none.py::x", "lock the whole file"),
        ],
    )
    def test_what_is_not_there_is_said(self, shared: Repo, text: str, said: str) -> None:
        with pytest.raises(UsageError) as caught:
            library(shared, "tool").acquire_locks(text)
        assert said in caught.value.hint


class TestLines:
    def test_they_are_kept_and_followed(self, shared: Repo, ben: Client) -> None:
        with library(shared, "tool") as tool:
            tool.acquire_locks("notes.txt:10-12")
            assert "locked in 10-12 by tool" in ben.edit("notes.txt", "line 11\n", "BEN\n").reason
            assert ben.edit("notes.txt", "line 2\n", "BEN\n" * 20).silent
            assert ben.edit("notes.txt", "line 12\n", "BEN\n").denied
            assert ben.edit("notes.txt", "line 10\n", "line 10\nBEN\n").denied, "put in between"
            assert ben.edit("notes.txt", "line 13\n", "BEN\n").silent
            assert ben.edit("notes.txt", "line 9\n", "BEN\n").silent
            assert ben.write("notes.txt", shared.read("notes.txt").replace("line 11\n", "")).denied
            assert ben.pre("Bash", command="sed -i s/20/30/ notes.txt").denied, "who knows which lines"

    def test_what_they_were_is_kept_as_long_as_they_are_followed(self, shared: Repo) -> None:
        library(shared, "tool").acquire_locks("notes.txt:10-12")

        def rule(view):
            record = view.path("notes.txt")
            [lock] = record.tree(".").locks
            moved_on = record.with_tree(".", record.tree(".")._replace(locks=(lock._replace(base="b" * 40),)))
            return Change(lock.parts[0][1], {"path/notes.txt": moved_on})

        found_in = shared.store.transact(rule)
        assert {found_in, "b" * 40} <= needed_by_locks(shared.store.read())

    def test_a_file_that_is_really_called_so(self, shared: Repo, ben: Client) -> None:
        shared.write("notes.txt:3", "x\n")
        shared.write("a.py::b", "y\n")
        with library(shared, "tool") as tool:
            tool.acquire_locks(["notes.txt:3", "a.py::b"])
            assert ben.edit("notes.txt:3", "x", "z").denied
            assert ben.edit("a.py::b", "y", "z").denied
            assert ben.edit("notes.txt", "line 3\n", "BEN\n").silent

    def test_where_partition_is_off_a_part_keeps_all(self, shared: Repo, ben: Client) -> None:
        shared.guard(policy(locks={"wait_s": 0, "partition": "off"}))
        library(shared, "tool").acquire_locks("notes.txt:10-12")
        assert ben.edit("notes.txt", "line 20\n", "BEN\n").denied

    def test_its_time_ends_it(self, shared: Repo, ben: Client) -> None:
        library(shared, "tool").acquire_locks("notes.txt:10-12", minutes=0.0001)
        assert ben.edit("notes.txt", "line 11\n", "BEN\n").silent

    @pytest.mark.parametrize(
        ("old", "new", "lines", "now"),
        [
            ("abcdef", "xabcdef", (2, 4), (3, 5)),
            ("abcdef", "abcdefx", (2, 4), (2, 4)),
            ("abcdef", "abxcdef", (2, 4), (3, 5)),
            ("abcdef", "abcdxef", (2, 4), (2, 4)),
            ("abcdef", "abcxdef", (2, 4), (2, 5)),
            ("abcdef", "abef", (2, 4), (2, 2)),
            ("abcdef", "axydef", (2, 4), (1, 4)),
            ("abcdef", "abcxyf", (2, 4), (2, 5)),
            ("abcdef", "axf", (2, 4), (1, 2)),
            ("abcdef", "ef", (2, 4), (0, 0)),
        ],
    )
    def test_where_lines_are_after_a_change(self, old: str, new: str, lines, now) -> None:
        before, after = ([letter.encode() for letter in text] for text in (old, new))
        assert moved(*lines, cuts(before, after)) == now


class TestShown:
    def test_in_locks_status_and_files(self, shared: Repo, pucs: Pucs) -> None:  # noqa: F811
        library(shared, "tool").acquire_locks([f"{PATH}::last", "notes.txt:3", "a.py"])
        listed = pucs("locks").stdout.splitlines()
        assert any(line.startswith(f"{PATH} last  tool since") for line in listed), listed
        found = json.loads(pucs("locks", "--json").stdout)["locks"]
        assert {path: lock["scope"] for path, lock in found.items()} == {PATH: ["last"], "notes.txt": ["3"], "a.py": []}
        published = json.loads((shared.state / "state/file_locks.json").read_text())["locks"]
        assert published[PATH]["scope"] == ["last"]

    def test_unlock_by_part(self, shared: Repo, pucs: Pucs, anna: Client) -> None:  # noqa: F811
        anna.start()
        pucs("lock", f"{PATH}::last", f"{PATH}:1-2", by=anna)
        assert "no lock of yours" in pucs("unlock", f"{PATH}::last", by=anna).stdout
        [lock] = shared.store.read().path(PATH).tree(".").locks
        assert [part[0] for part in lock.parts] == ["1-2"]
        assert f"{PATH} is free" in pucs("unlock", f"{PATH}:1-2", by=anna).stdout

    def test_records_without_parts_are_read(self, shared: Repo) -> None:
        library(shared, "tool").acquire_locks("a.py")
        [record] = [
            path
            for path in (shared.state / "records").rglob("*")
            if path.is_file() and b'"path/a.py"' in path.read_bytes()
        ]
        assert b"parts" not in record.read_bytes()


class TestBySymbols:
    @pytest.fixture
    def shared(self, shared: Repo) -> Repo:
        return shared.guard(policy(locks={"wait_s": 0, "partition": "symbols"}))

    def test_two_places_of_one_method_are_one(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit(PATH, VALIDATE, "        return True\n").silent
        reason = ben.edit(PATH, "    def validate(self, order):\n", "    def validate(self, order, more):\n").reason
        assert "anna" in reason
        assert ", in RiskManager.validate." in reason
        assert ben.edit(PATH, LEVEL, "        return 3\n").silent
        assert ben.edit(PATH, "print(LIMIT)\n", "print(1)\n").silent

    def test_by_lines_it_is_two(self, shared: Repo, anna: Client, ben: Client) -> None:
        shared.guard(policy(locks={"wait_s": 0, "partition": "ranges"}))
        assert anna.edit(PATH, VALIDATE, "        return True\n").silent
        assert ben.edit(PATH, "    def validate(self, order):\n", "    def validate(self, order, more):\n").silent

    def test_imports_are_one_and_new_functions_are_not(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit(PATH, "import os\n", "import io\nimport os\n").silent
        assert ", in <imports>" in ben.edit(PATH, "    from models import Order\n", "    from models import X\n").reason
        assert anna.edit(PATH, "def last(): return 1\n", "def last(): return 1\n\n\ndef more():\n    return 2\n").silent
        assert ben.edit(PATH, "    @property\n", "    def fresh(self):\n        return 1\n\n    @property\n").silent
        assert anna.edit(
            PATH, "    class Report:\n", "    def other(self):\n        return 1\n\n    class Report:\n"
        ).silent

    def test_what_is_in_no_symbol_is_judged_by_lines(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("notes.txt", "line 5\n", "ANNA\n").silent
        assert ben.edit("notes.txt", "line 6\n", "BEN\n").denied
        assert ben.edit("notes.txt", "line 7\n", "BEN\n").silent

    def test_for_some_paths_only(self, shared: Repo, anna: Client, ben: Client) -> None:
        from pucs.config.compiling import compile_pattern

        shared.guard(policy(locks={"wait_s": 0, "partition_paths": ((compile_pattern("*.js"), "symbols"),)}))
        shared.write(JAVASCRIPT.path, JAVASCRIPT.text)
        shared.commit("Web")
        assert anna.edit(JAVASCRIPT.path, "    const twice", "    let twice").silent
        assert ", in Cart.add." in ben.edit(JAVASCRIPT.path, "  add(item) {\n", "  add(item, more) {\n").reason

    def test_without_grammars_lines_decide(self, shared: Repo, anna: Client, ben: Client, tmp_path) -> None:
        shared.guard(policy(locks={"wait_s": 0, "partition": "symbols"}), libraries=(str(tmp_path),))
        assert anna.edit(PATH, VALIDATE, "        return True\n").silent
        assert ben.edit(PATH, "    def validate(self, order):\n", "    def validate(self, order, more):\n").silent
        assert ben.edit(PATH, "        return True\n", "        return 0\n").denied

"""`pucs snapshots`, `diff` and `attribution` on real edits, and what uninstalling leaves of it all."""

import json
import subprocess
import sys

from pucs.git import snapshots
from tests.support import ROOT, Repo


class TestSnapshots:
    def test_are_listed_newest_first_wherever_they_lie(self, client, guarded: Repo, pucs, moved) -> None:
        anna = client()
        anna.edit("a.py", "a = 1", "a = 2")
        moved()
        anna.edit("a.py", "a = 2", "a = 3")
        lines = pucs("snapshots", "a.py").out.splitlines()
        assert [line.split()[3] for line in lines] == ["wrote", "wrote", "locked"]
        assert lines[0].split()[2] == "agent-1"
        assert lines[0].endswith("Edit")
        assert pucs("snapshots", "b.py").out == "nothing was kept\n"

    def test_of_a_while(self, client, guarded: Repo, pucs) -> None:
        client().write("a.py", "a = 2\n")
        assert len(pucs("snapshots", "--since", "1h").out.splitlines()) == 2
        assert pucs("snapshots", "--since", "0.001s").out == "nothing was kept\n"

    def test_as_json(self, client, guarded: Repo, pucs) -> None:
        client().write("a.py", "a = 2\n")
        last, first = json.loads(pucs("snapshots", "--json").out)
        assert (last["reason"], first["reason"]) == ("wrote", "locked")
        assert last["before"] == guarded.git("rev-parse", "HEAD:a.py")
        assert last["after"] == guarded.git("hash-object", "a.py")
        assert (last["not_kept"], last["at"][-1]) == ([], "Z")


class TestDiff:
    def test_an_agent_sees_its_own_change_and_a_person_everybodys(self, client, guarded: Repo, pucs) -> None:
        anna, ben = client(), client()
        ben.start()
        anna.write("a.py", "a = 2\n")
        assert "-a = 1\n+a = 2\n" in pucs("diff", "a.py").out
        assert "agent-2" in pucs("diff", "a.py").out
        assert pucs("diff", "a.py", by=anna).out.count("+a = 2") == 1
        assert "agent-1 has" in pucs("diff", "a.py", by=ben).out

    def test_of_a_shared_file_each_sees_its_own_lines(self, client, guarded: Repo, pucs, moved) -> None:
        guarded.write("a.py", "".join(f"line {n}\n" for n in range(1, 21)))
        guarded.commit("A longer file")
        anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        assert anna.edit("a.py", "line 5\n", "ANNA 5\n").silent
        assert ben.edit("a.py", "line 15\nline 16\n", "line 16\n").silent
        assert ben.edit("a.py", "line 10\n", "line 10\nBEN\n").silent
        for _ in range(2):
            hers, his = pucs("diff", "a.py", by=anna).out, pucs("diff", "a.py", by=ben).out
            assert "+ANNA 5\n" in hers
            assert "BEN" not in hers
            assert "-line 15" not in hers
            assert "  not in it: line 11, what was removed before line 16, of ben\n" in hers
            assert "+BEN\n" in his
            assert "-line 15\n" in his
            assert "ANNA" not in his
            both = pucs("diff", "a.py").out
            assert (both.count("+ANNA 5\n"), both.count("+BEN\n")) == (1, 1)
            moved()

    def test_of_parked_bytes(self, client, guarded: Repo, pucs, moved) -> None:
        anna = client()
        anna.write("a.py", "a = 2\n")
        anna.kill()
        moved()
        said = pucs("diff", "a.py").out
        assert "parked" in said
        assert "-a = 1\n+a = 2\n" in said

    def test_of_what_nobody_holds_and_of_bytes(self, client, guarded: Repo, pucs) -> None:
        assert "nobody has changed a.py" in pucs("diff", "a.py").out
        anna = client()
        anna.pre("Write", "b.py")
        guarded.write("b.py", b"\0\1")
        anna.post()
        assert "binary, 6 bytes, now 2" in pucs("diff", "b.py").out


class TestAttribution:
    def test_of_two_agents_a_person_and_the_base(self, client, guarded: Repo, pucs) -> None:
        guarded.write("a.py", "one\ntwo\nthree\n")
        anna = client()
        anna.edit("a.py", "two", "anna two")
        guarded.write("a.py", "one\nanna two\nby hand\nthree\n")
        anna.edit("a.py", "three", "anna three")
        anna.kill()
        ben = client()
        ben.write("a.py", "x")
        assert ben.edit("a.py", "one", "ben one\none").silent
        document = json.loads(pucs("attribution", "a.py", "--json").out)
        assert [(line["author"], line["text"]) for line in document["lines"]] == [
            ("agent-2", "ben one\n"),
            ("base", "one\n"),
            ("agent-1", "anna two\n"),
            ("unattributed", "by hand\n"),
            ("agent-1", "anna three\n"),
        ]
        assert pucs("attribution", "a.py").out.splitlines()[1] == "base              2  one"

    def test_what_nobody_saw_is_nobodys(self, client, guarded: Repo, pucs, moved) -> None:
        client().write("a.py", "a = 1\nanna\n")
        moved()
        guarded.write("a.py", "a = 1\nanna\nlater\n")
        lines = pucs("attribution", "a.py").out.splitlines()
        assert [line.split()[0] for line in lines] == ["base", "agent-1", "unattributed"]


def test_uninstalling_keeps_all_that_was_kept_and_says_where(client, repo: Repo) -> None:
    def command(*words: str) -> str:
        run = [sys.executable, "-m", "pucs", *words, str(repo.root)]
        return subprocess.run(run, cwd=ROOT, env=repo.env, check=True, capture_output=True, text=True).stdout

    command("init")
    client(repo).write("a.py", "a = 2\n")
    from pucs.client.moving import move
    from tests.snapshots.conftest import opened

    ref = move(opened(repo))
    said = command("uninstall")
    assert snapshots.PREFIX in said
    assert repo.git("cat-file", "blob", f"{ref}:{repo.git('hash-object', 'a.py')}") == "a = 2"
    (drop,) = [line.partition("drop them with: ")[2] for line in said.splitlines() if "drop them with" in line]
    subprocess.run(["sh", "-c", drop], cwd=repo.root, env=repo.env, check=True)
    assert repo.git("for-each-ref", "refs/pucs") == ""

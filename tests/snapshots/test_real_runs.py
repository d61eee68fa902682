"""What real commands did, shown and undone: through the client's hooks, a script changes files behind everybody's back."""

import json
import re
import subprocess

from pucs.state import contents
from tests.support import Client, Repo

BYTES = b"caf\xe9\r\n\0two\n"


def bash(client: Client, command: str) -> None:
    """One Bash call as a client makes it, with both hooks."""
    assert not client.pre("Bash", command=command).denied
    subprocess.run(["bash", "-c", command], cwd=client.cwd, env=client.repo.env, check=True)
    assert client.post().status == 0


def script(repo: Repo, code: str) -> str:
    """A script outside the repository that nobody can read beforehand."""
    (repo.root.parent / "gen.py").write_text(code)
    return "python3 ../gen.py"


def test_a_script_over_a_held_file_is_undone_byte_for_byte(client, guarded: Repo, pucs) -> None:
    anna, ben = client(), client()
    ben.start()
    anna.pre("Write", "a.py")
    guarded.write("a.py", BYTES)
    anna.post()
    bash(ben, script(guarded, "open('a.py', 'w').write('broken')"))
    assert guarded.read("a.py") == "broken"

    said = pucs("undo", "--yes")

    assert said.status == 0, said
    assert (guarded.root / "a.py").read_bytes() == BYTES
    (lock,) = guarded.store.read().path("a.py").tree(".").locks
    assert (lock.agent, lock.wrote) == ("agent-2", contents.blob_id(BYTES))


def test_whoever_did_it_may_undo_it_and_the_holder_hears(client, guarded: Repo, pucs) -> None:
    anna, ben = client(), client()
    anna.start()
    ben.start()
    anna.write("a.py", "a = 2\n")
    bash(ben, script(guarded, "open('a.py', 'w').write('broken')"))
    anna.batch()
    said = pucs("undo", "--yes", by=ben)
    assert said.status == 0, said
    assert guarded.read("a.py") == "a = 2\n"
    assert "holds again what you left there" in anna.batch().context


def test_a_script_that_deletes_and_makes_files(client, guarded: Repo, pucs) -> None:
    ben = client()
    ben.start()
    guarded.write("untracked.txt", "only here\n")
    bash(ben, script(guarded, "import os; os.remove('b.py'); os.remove('untracked.txt'); open('new', 'w').write('n')"))
    said = pucs("undo", "--yes")
    assert said.status == 0, said
    assert guarded.read("b.py") == "b = 1\n"
    assert guarded.read("untracked.txt") == "only here\n"
    assert not (guarded.root / "new").exists()
    assert pucs("undo", "--yes").status == 0
    assert guarded.read("new") == "n"
    assert not (guarded.root / "b.py").exists()


def test_an_agents_own_discarded_work_comes_back(client, guarded: Repo, pucs) -> None:
    anna = client()
    anna.start()
    anna.write("a.py", "a = 2\n")
    bash(anna, "git checkout -q -- a.py")
    assert guarded.read("a.py") == "a = 1\n"
    said = pucs("undo", "--yes", by=anna)
    assert said.status == 0, said
    assert guarded.read("a.py") == "a = 2\n"


def test_it_was_moved_into_git_meanwhile(client, guarded: Repo, pucs, moved) -> None:
    ben = client()
    ben.start()
    guarded.write("untracked.txt", "only here\n")
    bash(ben, script(guarded, "import os; os.remove('untracked.txt')"))
    assert moved()
    assert pucs("undo", "--yes").status == 0
    assert guarded.read("untracked.txt") == "only here\n"


def test_both_sides_may_follow_what_they_were_told(client, guarded: Repo, pucs) -> None:
    for number, chosen in enumerate(("offender", "holder")):
        path = f"{chosen}.py"
        anna, ben = client(), client()
        anna.start()
        ben.start()
        anna.write(path, "anna's\n")
        assert not ben.pre("Bash", command=script(guarded, f"open('{path}', 'w').write('broken')")).denied
        guarded.write(path, "broken")
        told = {"offender": ben.post().context, "holder": anna.batch().context}[chosen]
        words = re.search(r"pucs (undo \S+(?: --yes)?)", told)
        assert words, told
        said = pucs(*words[1].rstrip(".").split(), by={"offender": ben, "holder": anna}[chosen])
        assert said.status == 0, (number, told, said)
        assert guarded.read(path) == "anna's\n"


def test_a_conflict_is_shown_by_status_and_why(client, guarded: Repo, pucs) -> None:
    anna, ben = client(), client()
    anna.write("a.py", "anna\n")
    assert "conflicts" not in pucs("status").out
    bash(ben, script(guarded, "open('a.py', 'w').write('ben')"))
    (conflict,) = json.loads(pucs("status", "--json").out)["conflicts"]
    assert (conflict["type"], conflict["parties"], conflict["path"]) == ("FILE_LOCK", ["agent-2", "agent-1"], "a.py")
    assert conflict["before"] == contents.blob_id(b"anna\n")
    assert conflict["at"].endswith("Z")
    assert "conflicts (1)" in pucs("status").out
    for said in (pucs("status").out, pucs("why", "a.py").out):
        assert "agent-2 changed a.py, which agent-1 held" in said
    (listed,) = json.loads(pucs("why", "a.py", "--json").out)["conflicts"]
    assert listed["id"] == conflict["id"]
    published = [
        json.loads(line) for line in (guarded.state / "state/conflict_warnings.jsonl").read_text().splitlines()
    ]
    assert [line["severity"] for line in published] == ["high"]

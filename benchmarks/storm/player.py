"""An agent of the storm, played in a process of its own: its client. Its children are hooks and `pucs` commands.

It edits numbered lines (slots) of shared files through the installed hooks, waits where it is denied, commits, undoes,
takes back, and writes all of it into the storm's journal. Where a hook was killed there is no verdict, and it does not
write. Once the storm is over it has to be able to change every path, and to leave nothing behind.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time

from benchmarks.storm.journal import Pen

SLOTS = 24
OVER = "over"
_TICKET = re.compile(r" wait (t\d+)")
_PARKED = "holds uncommitted changes of"
_TRIES = 40


def begun(number: int) -> str:
    """What a slot holds at first."""
    return f"slot {number:02d} free."


class Player:
    """One agent in one tree."""

    def __init__(self, scene: str, _repo: str, name: str) -> None:
        with open(f"{scene}/scene.json", encoding="utf-8") as file:
            said = json.load(file)
        self.scene, self.name = scene, name
        self.dice = random.Random(f"{said['seed']}/{name}")
        self.tree = self.dice.choices(list(said["trees"]), [3, 1, 1])[0]
        self.root = said["trees"][self.tree]
        self.commands, self.pucs, self.paths = said["hooks"], said["pucs"], said["paths"]
        self.pen = Pen(scene, name)
        self.env = {**os.environ, "CLAUDE_PID": str(os.getpid()), "PUCS_AGENT_ID": name}
        self.calls = 0
        self.mine: dict[str, dict[int, str]] = {}
        """Path -> slot -> what it held before this agent changed it."""
        self._hook("SessionStart", {"source": "startup"})

    def turn(self, _path: str) -> None:
        """One thing that agents do; the last one when the storm is over."""
        if os.path.exists(f"{self.scene}/{OVER}"):
            self._finish()
            sys.exit()
        chance = self.dice.random()
        if chance < 0.68 or not self.mine:
            self._work(self.dice.choice(self.paths))
        elif chance < 0.84:
            self._commit([self.dice.choice(list(self.mine))] if self.dice.random() < 0.5 else list(self.mine))
        elif chance < 0.92:
            self._take_back(self.dice.choice(list(self.mine)))
        elif chance < 0.95:
            self._undo(self.dice.choice(list(self.mine)))
        elif chance < 0.97:
            paths = self.dice.sample(self.paths, 2)
            if self._wait(paths, 3):
                for path in paths:
                    self._edit(path)
            self._unlock()
        else:
            self._hook("Stop", {"stop_hook_active": False})

    def _work(self, path: str) -> None:
        """Edits; waits or tries again where it is denied, as agents do."""
        for _ in range(self.dice.randint(1, 3)):
            said = self._edit(path)
            if said and _PARKED in said:
                if self.dice.random() < 0.7:
                    self._edit(path, self._last)
            elif said and self.dice.random() < 0.4:
                ticket = _TICKET.search(said)
                if self._wait([path], 4, ticket.group(1) if ticket else ""):
                    self._edit(path, self._last)
            elif said:
                return

    def _edit(self, path: str, slots: tuple[int, ...] = (), *, back: bool = False) -> str:
        """An Edit of some slots beside each other; "" where it was made, else what it was denied with."""
        if not slots:
            first = min(self.dice.randrange(SLOTS), self.dice.randrange(SLOTS))
            slots = tuple(range(first, min(first + self.dice.choice([1, 1, 1, 2, 3]), SLOTS)))
        self._last = slots
        held = self._read(path)
        self.calls += 1
        call = f"{self.name}:{self.calls}"
        new = {slot: self.mine[path][slot] if back else f"slot {slot:02d} {self.name}-{self.calls}." for slot in slots}
        values = {
            "file_path": f"{self.root}/{path}",
            "old_string": "\n".join(held[slot] for slot in slots),
            "new_string": "\n".join(new[slot] for slot in slots),
        }
        fields = {"tool_name": "Edit", "tool_use_id": call, "tool_input": values}
        self.pen.note("ask", call, self.tree, path, list(slots))
        status, said = self._hook("PreToolUse", fields)
        if status != 0:
            self.pen.note("void", call)
            return "no verdict"
        reason = _denial(said)
        if reason:
            self.pen.note("no", call, reason[:400])
            return reason
        self.pen.note("got", call)
        wrote = self._write(path, call, values["old_string"], new, back=back)
        self.pen.note("done", call)
        status, _ = self._after(fields, "" if wrote else "String to replace not found")
        if status == 0:
            self.pen.note("closed", call)
        return "" if wrote else "not found"

    def _write(self, path: str, call: str, old: str, new: dict[int, str], *, back: bool) -> bool:
        """What the tool does: reads the file, and puts another in its place a moment later."""
        held = self._read(path)
        if any(slot >= len(held) for slot in new) or old != "\n".join(held[slot] for slot in new):
            return False
        # Somebody is asked for permission now and then, and a moment later the tool goes by what it has read.
        time.sleep(self.dice.uniform(0.0, 1.0 if self.dice.random() < 0.3 else 0.05))
        changes = [[slot, held[slot], text] for slot, text in new.items()]
        if back:
            self.pen.note("back", call)
        self.pen.note("write", call, changes)
        beside = f"{self.scene}/beside-{self.name}"
        with open(beside, "w", encoding="utf-8") as file:
            file.write("".join(new.get(slot, text) + "\n" for slot, text in enumerate(held)))
        if self.dice.random() < 0.3:
            time.sleep(self.dice.uniform(0.0, 0.02))
        os.replace(beside, f"{self.root}/{path}")
        self.pen.note("wrote", call)
        mine = self.mine.setdefault(path, {})
        for slot, text, _ in changes:
            if back:
                del mine[slot]
            else:
                mine.setdefault(slot, text)
        if not mine:
            del self.mine[path]
        return True

    def _take_back(self, path: str) -> None:
        """Writes what was there before, a slot after the other; what it cannot take back is committed some time."""
        self._look(path)
        for slot in sorted(self.mine.get(path, ())):
            if self._edit(path, (slot,), back=True):
                return

    def _commit(self, paths: list[str]) -> bool:
        """Commits what it changed in these paths, in all without any."""
        given = paths or list(self.mine)
        for path in given:
            self.pen.note("give", self.tree, path, "commit")
        self.calls += 1
        status, said = self._shell(["commit", "-m", f"Step {self.calls} of {self.name}.", *paths])
        for path in given:
            self.pen.note("gave", self.tree, path, status)
            if status == 0:
                self.mine.pop(path, None)
        self._said = said
        return status == 0

    def _undo(self, path: str) -> None:
        self.pen.note("give", self.tree, path, "undo")
        status, _ = self._shell(["undo", path, "--yes"])
        self.pen.note("gave", self.tree, path, status)
        self._look(path)

    def _look(self, path: str) -> None:
        """Forgets what is not its own any more: undone, or taken over after its lock had lapsed."""
        held = self._read(path)
        mine = {slot: text for slot, text in self.mine.pop(path, {}).items() if f" {self.name}-" in held[slot]}
        if mine:
            self.mine[path] = mine

    def _wait(self, paths: list[str], seconds: int, ticket: str = "") -> bool:
        for path in paths:
            self.pen.note("wait", self.tree, path)
        status, said = self._shell(["wait", *([ticket] if ticket else paths), "--timeout", str(seconds)])
        self.pen.note("waited", self.tree, paths, status, said[-300:])
        return status == 0

    def _unlock(self) -> None:
        self.pen.note("unlock")
        self._shell(["unlock"])

    def _finish(self) -> None:
        """Leaves nothing of its own behind, then changes every path once and takes the change back."""
        self.pen.note("over")
        self._clean()
        self._unlock()
        paths = self.dice.sample(self.paths, len(self.paths))
        for path in paths:
            self._serve(path)
        self._hook("Stop", {"stop_hook_active": False})
        self._hook("SessionEnd", {"reason": "other"})
        self.pen.note("end")

    def _clean(self) -> None:
        """Commits what it changed, until there is nothing."""
        for _ in range(_TRIES):
            if self._commit([]) or "nothing" in self._said:
                self.mine.clear()
                return
        self.pen.note("stuck", self.tree, "", f"cannot commit: {self._said[-400:]}")

    def _serve(self, path: str) -> None:
        said, slots = "", ()
        for _ in range(_TRIES):
            said = self._edit(path, slots)
            slots = self._last
            if not said:
                self._take_back(path)
                if path in self.mine:
                    self._clean()
                self.pen.note("served", self.tree, path)
                return
            if _PARKED in said:
                said = self._edit(path, slots)
                if not said:
                    self._clean()
                    self.pen.note("served", self.tree, path)
                    return
            ticket = _TICKET.search(said)
            self._wait([path], 60, ticket.group(1) if ticket else "")
        self.pen.note("stuck", self.tree, path, said)

    def _read(self, path: str) -> list[str]:
        with open(f"{self.root}/{path}", encoding="utf-8") as file:
            return file.read().splitlines()

    def _shell(self, words: list[str]) -> tuple[int, str]:
        """The Bash tool with a `pucs` command, from beginning to end."""
        self.calls += 1
        fields = {
            "tool_name": "Bash",
            "tool_use_id": f"{self.name}:{self.calls}",
            "tool_input": {"command": "pucs " + " ".join(f"'{word}'" for word in words)},
        }
        self._hook("PreToolUse", fields)
        env = {**self.env, "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": self.name}
        done = subprocess.run([*self.pucs, *words], cwd=self.root, env=env, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode not in (0, 1, -9):
            self.pen.note("broke", words, done.returncode, said[-1000:])
        self._after(fields, f"Exit code {done.returncode}" if done.returncode else "")
        return done.returncode, said

    def _after(self, fields: dict[str, object], error: str) -> tuple[int, str]:
        if error:
            return self._hook("PostToolUseFailure", {**fields, "error": error})
        return self._hook("PostToolUse", {**fields, "tool_response": {}})

    def _hook(self, event: str, fields: dict[str, object]) -> tuple[int, str]:
        data = {
            "session_id": self.name,
            "transcript_path": os.devnull,
            "cwd": self.root,
            "permission_mode": "acceptEdits",
            "hook_event_name": event,
            **fields,
        }
        done = subprocess.run(
            self.commands[event],
            input=json.dumps(data),
            cwd=self.root,
            text=True,
            env=self.env,
            capture_output=True,
            check=False,
        )
        if done.returncode not in (0, -9) or done.stderr or "systemMessage" in done.stdout:
            self.pen.note("broke", event, done.returncode, (done.stdout + done.stderr)[-1000:])
        return done.returncode, done.stdout


def _denial(said: str) -> str:
    """Why the call was denied; "" where it was let through."""
    answer = json.loads(said).get("hookSpecificOutput", {}) if said else {}
    return str(answer["permissionDecisionReason"]) if answer.get("permissionDecision") == "deny" else ""

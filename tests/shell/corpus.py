r"""Shell commands as agents type them: forms that write, and ordinary commands that only read. All are really run.

Each runs in a fresh repository that `furnish` made: a.txt b.txt c.txt (committed), src/one.py src/two.py src/lib.js,
docs/guide.md, data/list.txt (names, a line each), old/x.log old/y.log, "with space.txt", run.sh (executable, writes
generated.txt), fix.patch (changes a.txt), Makefile (target `gen` writes made.txt), an annotated tag, a second branch.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple


class Form(NamedTuple):
    """A command: its name, the text, what prepares the ground (run with bash before), and programs it needs."""

    name: str
    command: str
    setup: str = ""
    needs: tuple[str, ...] = ()
    opaque: bool = False
    """Whether nobody can know before what it writes (a script, a build)."""


FILES = {
    "a.txt": "alpha\nbeta\ngamma\n",
    "b.txt": "bravo\n",
    "c.txt": "charlie\n",
    "src/one.py": "x = 1\nprint(x)\n",
    "src/two.py": "y = 2\n",
    "src/lib.js": "var  q=1\n",
    "docs/guide.md": "# Guide\n\nfoo bar\n",
    "data/list.txt": "a.txt\nb.txt\n",
    "old/x.log": "x\n",
    "old/y.log": "y\n",
    "with space.txt": "space\n",
    "run.sh": "#!/bin/sh\necho made > generated.txt\n",
    "fix.patch": "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n-alpha\n+ALPHA\n beta\n gamma\n",
    "Makefile": "gen:\n\techo made > made.txt\n",
}


def furnish(folder: Path, env: dict[str, str]) -> None:
    """Makes the repository that the commands run in."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (folder / "run.sh").chmod(0o755)
    steps = """git init -q -b main . && git config user.name Tester && git config user.email t@example.com &&
        git add -A && git commit -q -m 'Begin' && git tag -a v1 -m one && git checkout -q -b other &&
        echo other > c.txt && git commit -q -a -m 'Other' && git checkout -q main"""
    subprocess.run(["bash", "-c", steps], cwd=folder, env=env, check=True, capture_output=True)


def picture(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Every file and link below the folder but git's own, with kind, rights and content: the judge of what changed."""
    found: dict[str, tuple[str, bytes]] = {}
    for where, folders, files in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        for name in files + [one for one in folders if (Path(where) / one).is_symlink()]:
            path = Path(where) / name
            if path.is_symlink():
                found[str(path)] = ("link", os.readlink(path).encode())
            else:
                found[str(path)] = (oct(path.stat().st_mode), path.read_bytes())
    return found


def changed(before: dict[str, tuple[str, bytes]], after: dict[str, tuple[str, bytes]]) -> set[str]:
    """The paths that differ between two pictures."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


WRITES = [
    Form("redirect", "echo hi > a.txt"),
    Form("redirect to a new file", "echo hi > new.txt"),
    Form("append", "echo hi >> a.txt"),
    Form("clobber", "set -C; echo hi >| a.txt"),
    Form("both streams", "ls nothing a.txt &> out.log"),
    Form("append both streams", "ls nothing a.txt &>> a.txt"),
    Form("errors to a file", "ls nothing 2> errors.log"),
    Form("descriptor to a file", "exec 3> third.txt; echo x >&3"),
    Form("output by >&", "ls >&listing.txt"),
    Form("read and write", "echo zz 1<> a.txt"),
    Form("truncate by nothing", ": > a.txt"),
    Form("redirect without a command", "> a.txt"),
    Form("redirect before the command", "> a.txt echo early"),
    Form("redirect of a group", "{ echo a; echo b; } > a.txt"),
    Form("redirect of a subshell", "(cd src && ls) > listing.txt"),
    Form("redirect of a loop", "for i in 1 2; do echo $i; done > numbers.txt"),
    Form("redirect of while", 'while read -r l; do echo "<$l>"; done < data/list.txt > out.txt'),
    Form("quoted target", 'echo x > "with space.txt"'),
    Form("escaped target", "echo x > with\\ space.txt"),
    Form("ansi-c target", "echo x > $'with space.txt'"),
    Form("pasted quotes", "echo x > a'.t'\"xt\""),
    Form("heredoc", "cat > a.txt <<'EOF'\nnew $text\nEOF"),
    Form("heredoc first", "cat <<EOF > docs/guide.md\nhello\nEOF"),
    Form("heredoc into tee", "cat <<EOF | tee a.txt > /dev/null\nhello\nEOF"),
    Form("heredoc with errors", "cat > a.txt 2>&1 <<EOF\nhello\nEOF"),
    Form("heredoc and more", "cat > a.txt <<EOF && cp a.txt d.txt\nhello\nEOF"),
    Form("herestring", "cat <<< hi > a.txt"),
    Form("tee", "echo hi | tee a.txt"),
    Form("tee -a several", "echo hi | tee -a a.txt b.txt >/dev/null"),
    Form("process substitution", "echo hi | tee >(cat > copy.txt) >/dev/null; sleep 0.2"),
    Form("sed -i", "sed -i 's/alpha/ALPHA/' a.txt"),
    Form("sed -i with backup", "sed -i.bak 's/alpha/ALPHA/' a.txt"),
    Form("sed --in-place", "sed --in-place=.orig -e 's/b/B/' a.txt b.txt"),
    Form("sed -ni", "sed -n -i '1p' a.txt"),
    Form("sed -Ei", "sed -E -i 's/(a)/<\\1>/g' src/*.py a.txt"),
    Form("sed w", "sed -n 's/alpha/x/w found.txt' a.txt"),
    Form("sed by glob", "sed -i 's/=/==/' src/*.py"),
    Form("perl -pi", "perl -pi -e 's/alpha/ALPHA/' a.txt"),
    Form("perl -i.bak", "perl -i.bak -pe 's/alpha/ALPHA/' a.txt", needs=("perl",)),
    Form("perl open", 'perl -e \'open(my $f, ">", "p.txt"); print $f "x";\'', needs=("perl",)),
    Form("awk to a file", "awk '{print > \"awk.txt\"}' a.txt"),
    Form("awk and mv", "awk '{print $1 \"!\"}' a.txt > tmp && mv tmp a.txt"),
    Form("cp", "cp a.txt d.txt"),
    Form("cp over", "cp -f a.txt b.txt"),
    Form("cp into a folder", "cp a.txt b.txt docs"),
    Form("cp -t", "cp -t docs a.txt"),
    Form("cp -r", "cp -r src copy"),
    Form("cp -r onto", "cp -R src docs/"),
    Form("cp the content of", "mkdir out && cp -a src/. out"),
    Form("mv", "mv a.txt moved.txt"),
    Form("mv into a folder", "mv a.txt b.txt docs/"),
    Form("mv a folder", "mv src source"),
    Form("mv a folder into another", "mv src docs"),
    Form("rm", "rm a.txt b.txt"),
    Form("rm -f glob", "rm -f old/*.log"),
    Form("rm -rf", "rm -rf src old"),
    Form("rm braces", "rm {a,b}.txt"),
    Form("unlink", "unlink a.txt"),
    Form("dd", "dd if=a.txt of=dd.txt bs=2 count=2 2>/dev/null"),
    Form("ln -s", "ln -s a.txt link.txt"),
    Form("ln -sf over", "ln -sf b.txt a.txt"),
    Form("truncate", "truncate -s 0 a.txt b.txt"),
    Form("install", "install -m 644 a.txt docs/installed.txt"),
    Form("install -D", "install -D a.txt deep/er/a.txt"),
    Form("rsync", "rsync -a src/ mirror/", needs=("rsync",)),
    Form("touch new", "touch n1.txt n2.txt"),
    Form("chmod", "chmod +x a.txt"),
    Form("patch from a file", "patch -p1 < fix.patch"),
    Form("patch from a heredoc", "patch -p0 <<'EOF'\n--- b.txt\n+++ b.txt\n@@ -1 +1 @@\n-bravo\n+BRAVO\nEOF"),
    Form("patch -i", "patch -p1 -i fix.patch"),
    Form("ed", "printf '1d\\nw\\nq\\n' | ed -s a.txt", needs=("ed",)),
    Form("ex", "ex -s -c '1d' -c 'wq' a.txt", needs=("ex",)),
    Form("sort -o", "sort -r -o a.txt a.txt"),
    Form("uniq to a file", "uniq a.txt unique.txt"),
    Form("split by nobody knows", "split -l 1 a.txt part_"),
    Form("cd and redirect", "cd src && echo 'z = 3' > three.py"),
    Form("cd and back", "cd src; cd ..; echo x > a.txt"),
    Form("pushd", "pushd src >/dev/null; echo 1 > p.py; popd >/dev/null; echo 2 > a.txt"),
    Form("subshell keeps the folder", "(cd src; rm one.py); rm a.txt"),
    Form("function", 'save() { echo "$2" > "$1"; }; save a.txt one; save f.txt two'),
    Form("bash -c", "bash -c 'echo x > a.txt'"),
    Form("bash -c with arguments", "bash -c 'echo x > \"$1\"' _ a.txt"),
    Form("sh -ec", 'sh -ec "echo x > a.txt; rm b.txt"'),
    Form("eval", "eval 'echo x > a.txt'"),
    Form("bash from a heredoc", "bash <<'EOF'\necho x > a.txt\nEOF"),
    Form("env", "env FOO=1 sh -c 'echo $FOO > a.txt'"),
    Form("env -C", "env -C src touch e.py"),
    Form("command", "command rm a.txt"),
    Form("nohup and time", "nohup true >/dev/null 2>&1; time cp a.txt d.txt"),
    Form("timeout", "timeout 5 sed -i s/alpha/x/ a.txt"),
    Form("nice stdbuf", "nice -n 5 stdbuf -oL tee a.txt < b.txt"),
    Form("xargs from echo", "echo a.txt b.txt | xargs rm"),
    Form("xargs from ls", "ls old/*.log | xargs -n 1 rm"),
    Form("xargs -I", "printf '%s\\n' a.txt b.txt | xargs -I{} cp {} {}.bak"),
    Form("xargs from find", "find src -name '*.py' | xargs sed -i 's/=/:=/'"),
    Form("xargs -0", "find old -name '*.log' -print0 | xargs -0 rm"),
    Form("xargs from a file", "cat data/list.txt | xargs rm"),
    Form("find -delete", "find old -name '*.log' -delete"),
    Form("find -exec", "find . -name '*.py' -exec sed -i 's/=/:=/' {} \\;"),
    Form("find -exec +", "find src -type f -exec touch -d 2001-01-01 {} + -exec rm {} +"),
    Form("find -execdir", "find . -name one.py -execdir mv {} uno.py \\;"),
    Form("find with prune", "find . -path ./.git -prune -o -name '*.log' -exec rm {} +"),
    Form("variable", "f=a.txt; echo x > $f"),
    Form("variable cut", 'f=a.txt; cp $f ${f%.txt}.md; cp $f "${f/a/z}"'),
    Form("export", 'export OUT=a.txt; echo x > "$OUT"'),
    Form("default value", "n=; echo x > ${n:-a}.txt"),
    Form("for", "for f in a b c; do sed -i s/a/A/ $f.txt; done"),
    Form("for over a glob", 'for f in src/*.py; do mv "$f" "${f%.py}.pyi"; done'),
    Form("for over a substitution", "for f in $(ls *.txt | head -2); do echo x >> $f; done"),
    Form("while read", 'while read -r f; do rm "$f"; done < data/list.txt'),
    Form("while read in a pipe", 'ls old/*.log | while IFS= read -r f; do mv "$f" "$f.old"; done'),
    Form("top of the tree", 'cd src && cd "$(git rev-parse --show-toplevel)" && rm a.txt'),
    Form("c-style for", "for ((i=0;i<2;i++)); do echo $i > n$i.txt; done"),
    Form("if", "if [ -f a.txt ]; then echo yes > a.txt; else echo no > b.txt; fi"),
    Form("case", "case x in x) echo 1 > a.txt;; *) echo 2 > b.txt;; esac"),
    Form("and or", "test -f a.txt && rm a.txt || rm b.txt"),
    Form("sequence of braces", "touch n{1..3}.txt"),
    Form("nested braces", "touch x{1,2{a,b}}.txt"),
    Form("home", "echo x > ~/homely.txt; cp ~/homely.txt a.txt"),
    Form("PWD", 'echo x > "$PWD/a.txt"'),
    Form("substitution that is known", "echo x > $(echo a).txt"),
    Form("basename", 'cp src/one.py "$(basename src/one.py .py).bak"'),
    Form("mkdir and write", "mkdir -p out/deep && cp a.txt out/deep && echo x > out/y"),
    Form("made and removed", "touch t1 t2 && rm t* && rm -r docs"),
    Form("background", "echo x > a.txt & wait"),
    Form("trap", "trap 'rm -f b.txt' EXIT; echo x > a.txt"),
    Form("python -c open", "python3 -c \"open('a.txt','w').write('x')\""),
    Form(
        "python heredoc",
        "python3 - <<'EOF'\nfrom pathlib import Path\np = Path('src/one.py')\np.write_text(p.read_text().replace('1', '2'))\nEOF",
    ),
    Form(
        "python heredoc 2>&1",
        "python3 <<'EOF' 2>&1 | tail -3\nimport os\nwith open('a.txt', 'a') as f:\n    f.write('more')\nos.rename('b.txt', 'd.txt')\nprint('ok')\nEOF",
    ),
    Form(
        "python shutil",
        "python3 -c \"import shutil, os; shutil.copy('a.txt', 'docs'); os.remove('b.txt'); shutil.rmtree('old')\"",
    ),
    Form("python argv", 'python3 -c \'import sys; open(sys.argv[1], "w").write("x")\' a.txt'),
    Form("node -e", "node -e \"require('fs').writeFileSync('a.txt', 'x')\"", needs=("node",)),
    Form("git mv", "git mv a.txt moved.txt"),
    Form("git rm", "git rm -q a.txt src/one.py"),
    Form("git checkout --", "git checkout -- a.txt", setup="echo dirty >> a.txt"),
    Form("git checkout of another's", "git checkout other -- c.txt"),
    Form("git restore", "git restore a.txt b.txt", setup="echo dirty | tee -a a.txt b.txt"),
    Form("git -C restore", "git -C src restore one.py", setup="echo dirty >> src/one.py"),
    Form("git apply", "git apply fix.patch"),
    Form("git apply from a heredoc", "git apply - <<'EOF'\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-bravo\n+BRAVO\nEOF"),
    Form("git archive", "git archive -o all.tar HEAD"),
    Form("git diff --output", "git diff --output=diff.txt", setup="echo dirty >> a.txt"),
    Form("git diff redirected", "git diff > change.patch", setup="echo dirty >> a.txt"),
    Form("tar x", "tar -xf pack.tar -C docs", setup="tar -cf pack.tar a.txt src"),
    Form("tar c", "tar czf pack.tgz src"),
    Form("unzip -d", "unzip -q -o pack.zip -d docs", setup="zip -q pack.zip a.txt", needs=("zip", "unzip")),
    Form("zip", "zip -q -r pack.zip src", needs=("zip",)),
    Form("gzip", "gzip a.txt"),
    Form("gunzip", "gunzip b.txt.gz", setup="gzip b.txt"),
    Form("curl -o", "curl -s -o got.txt file://$PWD/a.txt", needs=("curl",)),
    Form("curl -O", "curl -s -O file://$PWD/src/one.py", needs=("curl",)),
    Form(
        "ruff format",
        "ruff format --no-cache -q src/two.py src/one.py",
        setup="echo 'z  =  1' >> src/two.py",
        needs=("ruff",),
    ),
    Form("sudo-like wrappers", 'env -i PATH="$PATH" nice tee a.txt < b.txt'),
    Form("continued lines", "echo x \\\n  > a.txt"),
    Form("comment before", "# set it\necho x > a.txt # done"),
    Form("a script", "./run.sh", opaque=True),
    Form("make", "make -s gen", opaque=True, needs=("make",)),
    Form("source", ". ./run.sh", opaque=True),
    Form("git stash", "git stash -q", setup="echo dirty >> a.txt", opaque=True),
    Form("git reset --hard", "git reset -q --hard", setup="echo dirty >> a.txt", opaque=True),
    Form("git switch", "git checkout -q other", opaque=True),
    Form("git clean", "git clean -fdq", setup="touch junk.txt", opaque=True),
    Form("git merge", "git merge -q other", opaque=True),
    Form("git through an alias", "git -c alias.co='checkout --' co a.txt", setup="echo dirty >> a.txt"),
]

READS = [
    Form("ls", "ls -la"),
    Form("ls and head", "ls -1 src | head -5"),
    Form("cat", "cat a.txt b.txt"),
    Form("cat -n and sed", "cat -n a.txt | sed -n '1,2p'"),
    Form("head and tail", "head -20 a.txt; tail -n 3 b.txt"),
    Form("grep", "grep -rn alpha . --include='*.txt'"),
    Form("grep with noise off", "grep -n nothing a.txt 2>/dev/null || echo none"),
    Form("grep piped", "grep -c a a.txt | sort -rn | uniq -c"),
    Form("wc", "wc -l *.txt"),
    Form("find", "find . -name '*.py' -not -path './.git/*' | sort"),
    Form("find -exec grep", "find src -name '*.py' -exec grep -l x {} +"),
    Form("find into xargs", "find src -name '*.py' | xargs wc -l"),
    Form("find -print0", "find . -type f -print0 | xargs -0 grep -l alpha"),
    Form("sed -n", "sed -n '/alpha/,/gamma/p' a.txt"),
    Form("sed to the screen", "sed 's/alpha/x/g; s|b|c|' a.txt"),
    Form("awk", "awk -F, 'NR > 1 {print $1}' a.txt"),
    Form("sort", "sort -t, -k1,1 a.txt | uniq"),
    Form("diff", "diff -u a.txt b.txt || true"),
    Form("diff of processes", "diff <(sort a.txt) <(sort b.txt); true"),
    Form("cut and tr", "cut -c1-3 a.txt | tr a-z A-Z"),
    Form("echo", 'echo "done: $HOME"'),
    Form("printf", "printf '%s\\n' one two"),
    Form("test", "[ -f a.txt ] && echo yes"),
    Form("test twice", "test -d src; echo $?"),
    Form("double brackets", "if [[ -f a.txt && ! -d a.txt ]]; then echo file; fi"),
    Form("pwd and date", "pwd; date +%F; whoami"),
    Form("which", "which bash; command -v git; type ls"),
    Form("stat", "stat a.txt; file a.txt; du -sh src"),
    Form("md5sum", "md5sum a.txt | cut -d' ' -f1"),
    Form("cd and ls", "cd src && ls && cd .."),
    Form("subshell", "(cd src; cat one.py)"),
    Form("substitution", 'echo "$(git rev-parse --short HEAD) $(wc -l < a.txt)"'),
    Form("backticks", "echo `ls src | wc -l`"),
    Form("heredoc to the screen", "cat <<'EOF'\nrm -rf / > a.txt\nEOF"),
    Form("for", 'for f in src/*.py; do echo "== $f"; cat "$f"; done'),
    Form("while read", "git log --oneline | while read -r hash rest; do echo $hash; done"),
    Form("function", 'show() { cat "$1"; }; show a.txt'),
    Form("variable", "f=a.txt; cat $f"),
    Form("arithmetic", "echo $((1 + 2))"),
    Form("git status", "git status --short --branch"),
    Form("git log", "git log --oneline -5 --stat"),
    Form("git diff", "git diff HEAD -- a.txt; git diff --cached --stat"),
    Form("git show", "git show HEAD:a.txt | head -3"),
    Form("git blame", "git blame -L1,2 a.txt"),
    Form("git branches", "git branch -a; git branch --show-current; git branch --list 'o*'; git tag -l"),
    Form("git ls-files", "git ls-files | head; git rev-parse --show-toplevel"),
    Form("git -C", "git -C . --no-pager log -1 --format='%h %s'"),
    Form("git config", "git config --get user.name; git remote -v; git stash list; git worktree list"),
    Form("git grep", "git grep -n alpha -- '*.txt'"),
    Form("python print", "python3 -c 'print(1 + 1)'"),
    Form("python json", "echo '{\"a\": 1}' | python3 -c \"import json,sys; print(json.load(sys.stdin)['a'])\""),
    Form("python reads", "python3 -c \"print(open('a.txt').read()[:5])\""),
    Form("versions", "git --version; python3 --version; bash --version | head -1"),
    Form("env and timeout", "env LC_ALL=C timeout 5 sort a.txt"),
    Form("bash -c", "bash -c 'ls | wc -l'"),
    Form("LC_ALL", "LC_ALL=C sort a.txt | head -1"),
    Form("perl", "perl -ne 'print if /alpha/' a.txt", needs=("perl",)),
    Form("jq", "echo '{\"a\":1}' | jq .a", needs=("jq",)),
    Form("tar t", "tar -tf pack.tar", setup="tar -cf pack.tar a.txt"),
    Form("tee to nowhere", "echo x | tee /dev/null"),
    Form("seq", "seq 1 3 | xargs echo"),
    Form("xargs grep", "git ls-files '*.py' | xargs grep -n x"),
    Form("errors into the pipe", "ls nothing 2>&1 | head -2; ls &>/dev/null; echo to stderr >&2"),
    Form("comment", "# look\nls # here"),
    Form("negation", "! grep -q nothing a.txt && echo absent"),
    Form("case", "case $(uname) in Linux) echo l;; *) echo o;; esac"),
    Form("sleep", "sleep 0; true; :"),
]

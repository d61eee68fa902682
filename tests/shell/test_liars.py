"""Commands that look as if they only read, and do not: none may ever be taken for read-only. And any text at all."""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pucs.shell import quick
from pucs.shell.reading import read
from tests.shell.corpus import WRITES, changed, furnish, picture
from tests.support import environment

LIBRARIES = (sysconfig.get_path("platlib"), sysconfig.get_path("purelib"))

LIARS = r"""
sort -o a.txt b.txt
sort -ro a.txt b.txt
sort b.txt -oa.txt
sort --output=a.txt b.txt
sort --outp a.txt b.txt
sort --compress-program=./run.sh -S 1 a.txt
sort $X a.txt
sort "$X" a.txt
uniq b.txt a.txt
uniq -- b.txt a.txt
uniq -c b.txt a.txt
uniq $X
cat a.txt | tee b.txt
cat a.txt | tee -- -x
find . -name x -fprint a.txt
find . -fprintf a.txt %p
find . -fls a.txt
find . -delete
find . -exec rm {} +
find . -ok rm {} \;
find . "-delete"
find . -del'ete'
find . $X
find . -execdir ./run.sh \;
git diff --output=a.txt
git diff --outpu a.txt
git log --output a.txt
git show --output=a.txt
git stash show -p --output=a.txt
git -c alias.x='!rm a.txt' x
git -c core.pager=./run.sh -p log
git -c diff.external=./run.sh diff
git --exec-path=. status
git --git-dir=x status --output=a
git branch name
git branch -v name
git branch -D other
git branch --color name
git branch -m other
git branch --edit-description
git branch --set-upstream-to=x
git tag v2
git tag -d v1
git tag -l -d v1
git tag --list -f v2
git config x.y z
git config --unset user.name
git config user.name list
git config -- user.name --list
git config --edit
git config --global --get-all --unset user.name
git remote add x y
git remote update
git remote -v update
git remote show origin
git stash
git stash push
git stash list-x
git worktree prune
git reflog expire --all
git reflog delete HEAD@{0}
git grep -O./run.sh alpha
git grep --open-files-in-pager=./run.sh alpha
git grep -nO./run.sh alpha
git ls-remote --upload-pack=./run.sh .
git fsck --lost-found
git difftool
git bisect run ./run.sh
git archive -o x HEAD
git checkout a.txt
git co
git $X
git log $X
git log "$X"
$X
"$X" a
l$X
sed -i s/a/b/ a.txt
sed -n -i p a.txt
sed -ni p a.txt
sed -Ei s/a/b/ a.txt
sed --in-place s/a/b/ a.txt
sed p -i a.txt
sed 'w x' a.txt
sed -n '/a/w x' a.txt
sed 's/a/b/w x' a.txt
sed 's/a/b/gw x' a.txt
sed 's/a/touch x/e' a.txt
sed '1e touch x' a.txt
sed 'e' a.txt
sed -e p -e 'w x' a.txt
sed -f script a.txt
sed -n "$X" a.txt
sed "s/a/$X/" a.txt
sed 's/[/]/x/w y' a.txt
sed -n 'y/a/b/;w x' a.txt
sed ':a w x' a.txt
sed 'bx;w x' a.txt
sed 'p;W x' a.txt
awk '{print > "x"}' a.txt
awk '{print >> "x"}' a.txt
awk '{print | "tee x"}' a.txt
awk 'BEGIN{system("touch x")}'
awk 'BEGIN{"touch x" | getline}'
awk -f prog a.txt
awk -i inplace '{print}' a.txt
awk "{print $X}" a.txt
gawk '@load "x"; BEGIN{}'
gawk -o a.txt
gawk --dump-variables '{print}' a.txt
xargs rm
ls | xargs rm
ls | xargs -I{} sh -c 'rm {}'
env rm a.txt
env X=1 rm a.txt
'LC_ALL=C' ls
'x=1' ls
x=1 rm a.txt
x=$(rm a.txt)
x=(a $(rm a.txt))
x=1 PATH=. ls
time rm a.txt
nice rm a.txt
command rm a.txt
builtin eval 'rm a.txt'
exec rm a.txt
eval rm a.txt
bash -c 'rm a.txt'
sh run.sh
bash < run.sh
. ./run.sh
source run.sh
./run.sh
less -o x a.txt
tree -o x
tree -aox
tree -R -H . -L 1
rg --pre ./run.sh alpha
rg --pre=./run.sh alpha
rg --hostname-bin ./run.sh alpha
date -s tomorrow
date --set=tomorrow
date 010203042005
hostname me
file -C -m x
file --compile
iconv -o x a.txt
shuf -o x a.txt
shuf --output=x a.txt
xxd a.txt x
xxd -r x a.txt
yq -i .a x.yml
printf -v 'a[$(touch x)]' y
test -v 'a[$(touch x)]'
[ -v 'a[$(touch x)]' ]
ls > x
ls >x
ls>x
ls 2>x
ls &>x
ls >&x
ls >|x
ls >>x
ls <> x
ls 2>&1 >x
ls > /dev/null > x
ls > "/dev/null"x
ls > /dev/nullx
ls > $X
ls > /dev/../x
echo $(rm a.txt)
echo "$(rm a.txt)"
echo "a $(echo $(rm a.txt))"
echo `rm a.txt`
echo "`rm a.txt`"
cat <(rm a.txt)
cat < <(rm a.txt)
ls >(tee x)
echo ${X:=$(rm a.txt)}
echo ${X:-`rm a.txt`}
echo ${X[$(rm a.txt)]}
echo $((a[$(rm a.txt)]))
cat <<EOF$(rm a.txt)
cat <<EOF | sh
cat <<< $(rm a.txt)
ls() { rm a.txt; }; ls
function cat { rm a.txt; }; cat b.txt
PATH=.:$PATH ls
GIT_EXTERNAL_DIFF=./run.sh git diff
GIT_DIR=x git status
PAGER=./run.sh git log
BASH_ENV=run.sh bash -c ls
LD_PRELOAD=./x.so ls
export PATH=.; cat a.txt; ./cat
X=1 rm a.txt
LC_ALL=C rm a.txt
ls; rm a.txt
ls && rm a.txt
ls || rm a.txt
ls | rm a.txt
ls & rm a.txt
ls |& tee x
! rm a.txt
(rm a.txt)
{ rm a.txt; }
if true; then rm a.txt; fi
while true; do rm a.txt; break; done
for i in a; do rm a.txt; done
case a in a) rm a.txt;; esac
ls\
; rm a.txt
'rm' a.txt
r\m a.txt
"r"m a.txt
/bin/rm a.txt
coproc rm a.txt
trap 'rm a.txt' EXIT
jobs -x rm a.txt
command -p rm a.txt
time -o x ls
python3 -c 'open("x","w")'
python3 -c 'import os; os.system("touch x")'
python3 -c 'import os; getattr(os, "remove")("a.txt")'
python3 -c 'f = open; f("x", "w")'
python3 -c 'list(map(open, ["x"], ["w"]))'
python3 -c 'import os; list(map(os.remove, ["a.txt"]))'
python3 -c '__import__("os").remove("a.txt")'
python3 -c 'exec("open(\"x\", \"w\")")'
python3 -c 'import sys; sys.modules["os"].remove("a.txt")'
python3 -c 'import subprocess'
python3 -c 'print(file=open("x","w"))'
python3 -c 'open("x", mode="a")'
python3 -c 'open("x", "r+b")'
python3 -c 'from os import remove as len; len("a.txt")'
python3 -c 'from pathlib import Path; Path("x").touch()'
python3 -c 'from pathlib import Path; Path("x").mkdir()'
python3 -c 'from pathlib import Path; Path("x").open("w")'
python3 -c 'from pathlib import Path; f = Path.unlink; f(Path("a.txt"))'
python3 -c 'import shutil as json; json.rmtree("src")'
python3 -c 'print' > x
python3 -m json.tool a b
python3 script.py
perl -e 'unlink "a.txt"'
perl -ne 'print' '>x'
perl -pi -e s/a/b/ a.txt
perl -MFile::Copy -e 1
perl -ne 's/a/`touch x`/e' a.txt
node -e 'require("fs").writeFileSync("x", "")'
ruby -e 'File.write("x", "")'
php -r 'touch("x");'
make
make --version x
npm test
cp a.txt b.txt
mv a.txt b.txt
install a.txt b.txt
dd of=x
truncate -s 0 a.txt
touch x
ln -s a.txt x
chmod +x a.txt
curl -o x file:///dev/null
curl -c jar http://localhost:1
curl --trace x http://localhost:1
wget -O x http://localhost:1
tar xf x.tar
unzip x.zip
gzip a.txt
zcat a.txt > x
split a.txt
csplit a.txt 2
patch -p1
ed a.txt
vim -c wq a.txt
crontab -r
systemctl stop x
some-unknown-program
ls ; ; rm a.txt
{ls,rm} a.txt
$'rm' a.txt
$"rm" a.txt
echo a; } rm a.txt
<<< x rm a.txt
</dev/null rm a.txt
2>/dev/null rm a.txt
>x
>x ls
""
'' a.txt
cat a.txt;rm a.txt
cat a.txt\;rm b.txt;rm a.txt
cat "a.txt';rm b.txt'";rm a.txt
echo "\"; ls";rm a.txt
echo '\';rm a.txt
echo $';rm b.txt';rm a.txt
echo \\;rm a.txt
echo a#;rm a.txt
""".strip("\n").split("\n")


@pytest.mark.parametrize("command", [line for line in LIARS if line not in ('""', "'' a.txt")])
def test_a_liar_is_not_believed(command: str, tmp_path: Path) -> None:
    assert not quick.read_only(command)
    (tmp_path / "a.txt").write_text("alpha\n")
    (tmp_path / "src").mkdir()
    assert not read(command, str(tmp_path), {"HOME": str(tmp_path), "PATH": "/usr/bin"}, LIBRARIES).read_only


@pytest.mark.parametrize(
    "command", ["sort *", "sort ?o*", "uniq b*", "sort [-]*", "sort {-o,a}", "git log *", "sed p *"]
)
def test_names_on_the_disk_may_be_options(command: str) -> None:
    assert not quick.read_only(command)


def test_several_lines_hide_nothing(tmp_path: Path) -> None:
    for command in (
        "ls \\\n; rm a.txt",
        "ls # x \\\nrm a.txt",
        "cat <<EOF\nls\nEOF\nrm a.txt",
        "ls\n\nrm a.txt",
        "ls\r\nrm a.txt",
    ):
        assert not quick.read_only(command)
        assert not read(command, str(tmp_path), {}, LIBRARIES).read_only


WORDS = st.sampled_from(
    [
        "ls",
        "cat",
        "rm",
        "echo",
        "sed",
        "awk",
        "find",
        "git",
        "sort",
        "a.txt",
        "b.txt",
        "src",
        "-n",
        "-i",
        "-o",
        "-e",
        "--",
        "s/a/b/",
        "status",
        "diff",
        "branch",
        "x",
        "$X",
        "${X}",
        "*",
        "?",
        "[a]",
        "{a,b}",
        ">",
        ">>",
        "<",
        "|",
        "||",
        "&",
        "&&",
        ";",
        "(",
        ")",
        "{",
        "}",
        "!",
        "$(",
        ")",
        "`",
        "'",
        '"',
        "\\",
        "#",
        "\n",
        "2>&1",
        "&>",
        "/dev/null",
        "<<EOF",
        "EOF",
        "<<<",
        "if",
        "then",
        "fi",
        "for",
        "in",
        "do",
        "done",
        "while",
        "function",
        "case",
        "esac",
        "=",
        "==",
        "$((",
        "))",
        "[[",
        "]]",
        "~",
        "%",
        "@",
        "\x00",
        "�",
        "é",
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=200), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("".join)
    )
)
def test_no_text_breaks_the_reader(command: str) -> None:
    quick.read_only(command)
    read(command, "/nowhere", {}, LIBRARIES)


ARGUMENTS = st.sampled_from(
    [
        "ls",
        "cat",
        "head",
        "sort",
        "uniq",
        "sed",
        "awk",
        "find",
        "git",
        "echo",
        "a.txt",
        "b.txt",
        "src",
        "-n",
        "-i",
        "-o",
        "-e",
        "-r",
        "-c",
        "--output=x",
        "-delete",
        "-exec",
        "{}",
        "+",
        "\\;",
        "p",
        "'s/a/b/'",
        "'s/a/b/w x'",
        "'{print}'",
        "'{print > \"x\"}'",
        "status",
        "diff",
        "log",
        "show",
        "branch",
        "tag",
        "x",
        "-v",
        "--list",
        "-l",
        ";",
        "&&",
        "\\",
        "",
        "> x",
        "> /dev/null",
        "2>&1",
        "2> x",
        "<a.txt",
        "$(",
        ")",
        "`",
        '"',
        "'",
        "$HOME",
        "${HOME}",
        "*.txt",
        "\\",
        "tee",
        "x",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ARGUMENTS, min_size=1, max_size=7).map(" ".join))
def test_what_is_proven_changes_nothing(model: Path, command: str) -> None:
    """Whatever is said to be read-only is run: the tree must be what it was."""
    if not read(command, str(model / "repo"), environment(model), LIBRARIES).read_only:
        return
    before = picture(model)
    refs = refs_of(model)
    subprocess.run(
        ["bash", "-c", command], cwd=model / "repo", env=environment(model), capture_output=True, check=False,
        stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    assert changed(before, picture(model)) == set()
    assert refs_of(model) == refs


def refs_of(model: Path) -> bytes:
    command = "git for-each-ref; git config --list; git stash list"
    return subprocess.run(
        ["bash", "-c", command], cwd=model / "repo", env=environment(model), capture_output=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("liars")
    furnish(home / "repo", environment(home))
    return home


@pytest.mark.parametrize(
    "command",
    [
        "echo " + "x" * 1_000_000,
        "(" * 20_000,
        "$(" * 20_000,
        '"$(' * 5_000,
        "{a,b}" * 5_000,
        "echo " + "{a,b}" * 40,
        "echo " + "*/" * 200,
        "echo " + "a*" * 3_000,
        "f() { f; f; }; f",
        "f() { f | f & }; f",
        "for a in {1..99}; do for b in {1..99}; do for c in {1..99}; do rm $a$b$c; done; done; done",
        "x=a; " + "x=$x$x; " * 60 + "rm $x",
        "cat <<EOF\n" * 3_000,
        "if true; then " * 5_000,
        "a=" * 20_000,
        "ls; " * 20_000,
        "bash -c \"bash -c 'ls'\" " * 500,
        "eval " * 3_000 + "ls",
        "`" * 9_001,
        "'" * 9_001,
        "echo {1..999999999}",
        "find / -name nothing -delete",
        "rm /usr/*/*/*/*",
        "python3 -c '" + "(" * 3_000 + "'",
        "xargs " * 3_000,
        "${" * 9_000,
        "[[ " * 5_000,
        "a[" * 9_000,
        "<<< " * 9_000,
    ],
    ids=lambda command: command[:20],
)
def test_nothing_makes_the_reader_hang(command: str) -> None:
    started = time.process_time()
    quick.read_only(command)
    read(command, "/", {"HOME": "/"}, LIBRARIES)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("form", WRITES, ids=lambda form: form.name)
def test_without_the_parser_everything_is_unknown(form) -> None:
    reading = read(form.command, "/nowhere", {}, ())
    assert reading.unknown
    assert not reading.read_only
    assert reading.writes == ()


def test_wide_characters_crash_no_parser(tmp_path: Path) -> None:
    """In a process of its own, and often: whether the scanner of the grammar crashes is a matter of addresses."""
    code = (
        "import sys; sys.path.append(sys.argv[1]); from pucs.shell.reading import read\n"
        "for _ in range(200): read('\\u03ce(8{\\U000fb904 > x', '/r', {}, sys.argv[2:])\n"
        "print(ascii(read('echo > \\u00e9\\U0001f600\\udcff.txt', '/r', {}, sys.argv[2:]).writes))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(Path(__file__).resolve().parents[2]), *LIBRARIES]
    for _ in range(8):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, r"('/r/\xe9\U0001f600\udcff.txt',)" + "\n"), done.stderr


def test_hooks_can_load_the_parser_where_it_was_recorded() -> None:
    """As hooks do: without site-packages, and without the heavy half of the standard library."""
    assert shutil.which("bash")
    code = (
        "import sys; sys.path.append(sys.argv[1]); from pucs.shell.reading import read\n"
        "print(read('echo x > a.txt', '/r', {}, sys.argv[2:]).writes)\n"
        "assert not {'typing', 'json', 'pathlib', 'subprocess', 'os', 'ast'} & set(sys.modules), sys.modules"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-I", "-S", "-c", code, str(root), *LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stdout) == (0, "('/r/a.txt',)\n"), done.stderr

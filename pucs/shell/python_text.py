"""What a Python program given as text writes: calls with constant paths, and whether there can be nothing else."""

from __future__ import annotations

import ast

from pucs.record import Record

_LONGEST = 50_000

_MODULES = frozenset(
    "ast base64 binascii bisect calendar collections colorsys csv datetime decimal difflib fnmatch fractions functools "
    "hashlib hmac html itertools json keyword math operator platform pprint random re statistics string struct sys "
    "sysconfig textwrap time tokenize tomllib typing unicodedata uuid zlib glob os pathlib shutil __future__".split()
)
_BUILTINS = frozenset(
    "abs all any ascii bin bool bytearray bytes callable chr complex dict divmod enumerate filter float format "
    "frozenset hash hex id input int isinstance issubclass iter len list map max min next object oct ord pow print "
    "range repr reversed round set slice sorted str sum tuple type zip Path PurePath Counter defaultdict OrderedDict "
    "exit ValueError KeyError Exception SystemExit AssertionError".split()
)
_METHODS = frozenset(
    "DictReader DictWriter absolute abspath add append as_posix basename capitalize center close compile copy "
    "count decode dedent dirname dump dumps encode end endswith escape exists expanduser extend extendleft find "
    "findall finditer flush format fromisoformat fromkeys fullmatch get get_close_matches getcwd getsize glob "
    "group groupdict groups hexdigest iglob indent index insert is_dir is_file isalnum isalpha isdigit isdir "
    "isfile islower isoformat isspace isupper items iterdir join keys listdir literal_eval ljust load loads lower "
    "lstat lstrip match md5 most_common now parse partition popleft pprint read read_bytes read_text reader "
    "readline readlines realpath relative_to relpath resolve reverse rfind rglob rindex rjust rpartition rsplit "
    "rstrip search seek setdefault sha1 sha256 sort span split splitext splitlines start startswith stat strftime "
    "strip strptime sub subn swapcase title today total_seconds translate unified_diff update upper utcnow values "
    "walk with_name with_suffix writeheader writelines writer writerow writerows zfill".split()
)

_RISKS = frozenset("open exec eval getattr compile globals locals vars setattr delattr breakpoint".split())
_RISKY_METHODS = frozenset("rename replace rmdir remove rmtree move open popen system modules run".split())
_OF_OS = frozenset("environ path sep linesep name curdir pardir pathsep getcwd listdir walk".split())

_FIRST = {
    ("os", "remove"), ("os", "unlink"), ("os", "truncate"), ("os", "mkfifo"), ("os", "chmod"), ("os", "utime"),
}  # fmt: skip
_BOTH = {("os", "rename"), ("os", "replace"), ("os", "renames"), ("shutil", "move")}
_COPIES = {("shutil", "copy"), ("shutil", "copy2")}
_SECOND = {("shutil", "copyfile"), ("os", "symlink"), ("os", "link")}
_OF_PATH = {"write_text", "write_bytes", "unlink", "touch", "symlink_to", "hardlink_to", "chmod"}


class Found(Record):
    """What a program writes, each path None where it is not constant; `complete` if that is proven to be all.

    `copies` are sources with a target that may be a folder; `modules` are those that it imports.
    """

    writes: tuple[str | None, ...] = ()
    folders: tuple[str | None, ...] = ()
    copies: tuple[tuple[str | None, str | None], ...] = ()
    modules: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    complete: bool = False


def study(text: str, argv: list[str | None]) -> Found:
    """What this program writes when run with these arguments. Nothing is known of what is no Python."""
    if len(text) > _LONGEST:
        return Found()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Found()
    student = _Student(argv)
    try:
        student.visit(tree)
    except RecursionError:
        student.complete = False
    return Found(
        writes=tuple(student.writes),
        folders=tuple(student.folders),
        copies=tuple(student.copies),
        modules=tuple(student.modules),
        named=tuple(student.named),
        complete=student.complete,
    )


class _Student(ast.NodeVisitor):
    def __init__(self, argv: list[str | None]) -> None:
        self.writes: list[str | None] = []
        self.folders: list[str | None] = []
        self.copies: list[tuple[str | None, str | None]] = []
        self.modules: list[str] = []
        self.named: list[str] = []
        self.complete = True
        self._argv = argv
        self._values: dict[str, str | None] = {}
        self._defined: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            self.modules.append(name.name.partition(".")[0])
            if name.name.partition(".")[0] not in _MODULES or name.asname:
                self.complete = False

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = (node.module or "").partition(".")[0]
        self.modules.append(module)
        if node.module in ("os", "shutil") or module not in _MODULES:
            self.complete = False
        self._defined.update(name.name for name in node.names if name.name in _METHODS and not name.asname)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value:
            self.named.append(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        """Names that are called are looked at with the call."""
        if (node.id.startswith("__") and node.id != "__name__") or node.id in _RISKS:
            self.complete = False

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """What is not called now may be called later."""
        self._no_risk(node.attr)
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        if node.attr in _OF_PATH | _RISKY_METHODS or (module in ("os", "shutil") and node.attr not in _OF_OS):
            self.complete = False
        self.visit(node.value)

    def _no_risk(self, name: str) -> None:
        if name.startswith("__"):
            self.complete = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function's parameters are not known; it is read once."""
        self._defined.add(node.name)
        self.complete = self.complete and not node.decorator_list
        for one in node.args.args:
            self._values[one.arg] = None
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    once = name.id not in self._values and name is target
                    self._values[name.id] = self._text(node.value) if once else None

    def visit_For(self, node: ast.For) -> None:
        for name in ast.walk(node.target):
            if isinstance(name, ast.Name):
                self._values[name.id] = None
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.visit(argument)
        if isinstance(function, ast.Name):
            self._plain(function.id, node)
        elif isinstance(function, ast.Attribute):
            self._no_risk(function.attr)
            self.visit(function.value)
            self._method(function, node)
        else:
            self.complete = False
            self.visit(function)

    def _plain(self, name: str, node: ast.Call) -> None:
        if name == "open":
            self._open(self._argument(node, 0, "file"), node, 1)
        elif name not in _BUILTINS and name not in self._defined:
            self.complete = False
        if any(keyword.arg == "file" for keyword in node.keywords) and name not in ("open", "print"):
            self.complete = False

    def _method(self, function: ast.Attribute, node: ast.Call) -> None:
        name, owner = function.attr, function.value
        known = (owner.id, name) if isinstance(owner, ast.Name) else ("", name)
        if known in _FIRST:
            self.writes.append(self._argument(node, 0, "path"))
        elif known in _BOTH:
            self.writes += [self._argument(node, 0, "src"), self._argument(node, 1, "dst")]
        elif known in _COPIES:
            self.copies.append((self._argument(node, 0, "src"), self._argument(node, 1, "dst")))
        elif known in _SECOND:
            self.writes.append(self._argument(node, 1, "dst"))
        elif known == ("shutil", "rmtree"):
            self.folders.append(self._argument(node, 0, "path"))
        elif known == ("shutil", "copytree"):
            self.folders.append(self._argument(node, 1, "dst"))
        elif known == ("sys", "exit"):
            return
        elif name in _OF_PATH:
            self.writes.append(self._text(owner))
        elif name in ("rename", "replace") and self._is_path(owner):
            self.writes += [self._text(owner), self._argument(node, 0, "target")]
        elif name == "open":
            self._open_method(known[0], owner, node)
        elif name == "replace":
            # Of a string; a path held in a variable would be renamed by one argument.
            self.complete = self.complete and len(node.args) > 1
        elif name == "write":
            # What may be written to was opened where this reader saw it, or is a standard stream.
            return
        elif name not in _METHODS:
            self.complete = False

    def _open_method(self, owner: str, value: ast.expr, node: ast.Call) -> None:
        if owner in ("io", "codecs"):
            self._open(self._argument(node, 0, "file"), node, 1)
        elif self._is_path(value):
            self._open(self._text(value), node, 0)
        else:
            self.complete = False

    def _open(self, path: str | None, node: ast.Call, at: int) -> None:
        given: ast.expr | None = node.args[at] if len(node.args) > at else None
        for keyword in node.keywords:
            if keyword.arg == "mode":
                given = keyword.value
            elif keyword.arg in ("opener", None):
                self.complete = False
        mode = "r" if given is None else self._text(given)
        if mode is None:
            self.complete = False
        elif any(letter in mode for letter in "wax+"):
            self.writes.append(path)

    def _argument(self, node: ast.Call, at: int, name: str) -> str | None:
        if len(node.args) > at:
            return self._text(node.args[at])
        return next((self._text(keyword.value) for keyword in node.keywords if keyword.arg == name), None)

    def _is_path(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp):
            return self._is_path(node.left)
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            return name in ("Path", "PosixPath")
        return isinstance(node, ast.Name) and node.id in self._values and self._values[node.id] is not None

    def _text(self, node: ast.expr) -> str | None:
        """The constant path that an expression is."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self._values.get(node.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Div):
            left, right = self._text(node.left), self._text(node.right)
            slash = "/" if isinstance(node.op, ast.Div) else ""
            return None if left is None or right is None else left + slash + right
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name in ("Path", "PosixPath", "join") and node.args and not node.keywords:
                parts = [self._text(one) for one in node.args]
                return None if None in parts else "/".join(part for part in parts if part is not None)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "sys.argv":
            place = node.slice.value if isinstance(node.slice, ast.Constant) else None
            return self._argv[place] if isinstance(place, int) and 0 <= place < len(self._argv) else None
        return None

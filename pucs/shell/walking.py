"""Walks the syntax tree of a command and runs it in thought: every branch, every loop, each function that is called."""

from __future__ import annotations

from pucs.shell.nodes import assigned, hides_code, lines_read, text_of, veiled
from pucs.shell.programs import run_program
from pucs.shell.redirections import Redirections
from pucs.shell.scene import Call, LimitError
from pucs.shell.words import Expander

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.shell.git_words import Aliases
    from pucs.shell.scene import Scene, Word

_SEQUENCES = frozenset(
    "program list compound_statement do_group else_clause if_statement elif_clause case_item "
    "negated_command command_substitution process_substitution".split()
)
_ATOMS = frozenset("command redirected_statement declaration_command variable_assignment test_command".split())
_MOST_ROUNDS = 200


class Walker:
    """Reads one command line. What a node prints is given back where that is known, for pipes and `$(…)`."""

    def __init__(self, parser: Any, aliases: Aliases | None) -> None:
        self.aliases = aliases
        self._parser = parser
        self._words = Expander(self._substituted)
        self._redirections = Redirections(self._words)

    def script(self, text: str, scene: Scene, stdin: Word = None) -> Word:
        """Reads a text of commands in the scene."""
        scene.depth += 1
        if scene.depth > 30:  # noqa: PLR2004
            raise LimitError
        root = self._parsed(text)
        if root.has_error:  # where the grammar falls short, without what makes no difference to files
            other = self._parsed(text.replace(" 2>&1", "     ").replace("<>", ">>"))
            root = root if other.has_error else other
        printed = self._sequence(root, scene, stdin)
        scene.depth -= 1
        return printed

    def _parsed(self, text: str) -> Any:
        return self._parser.parse(veiled(text)).root_node

    def argv(self, words: list[Word], scene: Scene, stdin: Word = None, environ: dict[str, Word] | None = None) -> Word:
        """Runs one program, function or builtin with words that are expanded already."""
        scene.effects.step()
        if not words:
            return ""
        scene.name(words)
        program = words[0]
        if program is None or program in scene.aliases:
            scene.effects.guess()
            return None
        if program in scene.functions:
            return self._function(program, words[1:], scene, stdin)
        call = Call(program, tuple(words[1:]), scene, stdin, environ or {}, self.argv, self.script)
        return run_program(call, self.aliases)

    def run(self, node: Any, scene: Scene, stdin: Word = None) -> Word:
        """Runs a node; gives what it prints, None where that cannot be known. Raises LimitError at what is no Bash."""
        kind = node.type
        if kind == "ERROR" or node.is_missing or (node.has_error and kind in _ATOMS):
            raise LimitError
        if kind in _SEQUENCES:
            return self._sequence(node, scene, stdin)
        handler = _HANDLERS.get(kind)
        if handler is None:
            if kind == "test_command" and hides_code(node):
                scene.effects.guess()
            if node.is_named and kind not in ("comment", "heredoc_body", "heredoc_start", "heredoc_end"):
                self._substitutions(node, scene)
            return ""
        printed: Word = handler(self, node, scene, stdin)
        return printed

    def _sequence(self, node: Any, scene: Scene, stdin: Word) -> Word:
        printed: list[Word] = []
        for child in node.children:
            if child.is_named or child.type == "ERROR":
                printed.append(self.run(child, scene, stdin))
        return None if None in printed else "".join(text for text in printed if text)

    def _substituted(self, node: Any, scene: Scene) -> Word:
        """What `$(…)` prints."""
        scene.effects.step()
        if any(child.type == "file_redirect" for child in node.children):
            return None
        return self._sequence(node, scene, None)

    def _substitutions(self, node: Any, scene: Scene) -> None:
        """Runs the commands that stand somewhere inside a word, a test or a sum."""
        for child in node.children:
            if child.type in ("command_substitution", "process_substitution"):
                self._substituted(child, scene.below())
            else:
                self._substitutions(child, scene)

    def _pipeline(self, node: Any, scene: Scene, stdin: Word) -> Word:
        printed = stdin
        for child in node.children:
            if child.is_named:
                printed = self.run(child, scene.below(), printed)
        return printed

    def _subshell(self, node: Any, scene: Scene, stdin: Word) -> Word:
        return self._sequence(node, scene.below(), stdin)

    def _branches(self, node: Any, scene: Scene, stdin: Word) -> None:
        """All branches are read; what only some of them set is not known afterwards."""
        before = dict(scene.variables)
        cwd = scene.cwd
        self._sequence(node, scene, stdin)
        for name, value in scene.variables.items():
            if before.get(name) != value:
                scene.variables[name] = None
        if scene.cwd != cwd:
            scene.cwd = None

    def _case(self, node: Any, scene: Scene, stdin: Word) -> None:
        self._branches(node, scene, stdin)

    def _while(self, node: Any, scene: Scene, stdin: Word) -> None:
        lines = lines_read(node, stdin)
        body = node.child_by_field_name("body")
        if lines and body is not None and len(lines[1]) <= _MOST_ROUNDS:
            for line in lines[1]:
                scene.variables[lines[0]] = line
                self.run(body, scene)
            return
        for name in assigned(node):
            scene.variables[name] = None
        self._branches(node, scene, stdin)
        for child in node.children:
            if child.type == "do_group":
                self._branches(child, scene, stdin)

    def _for(self, node: Any, scene: Scene, stdin: Word) -> None:
        body = node.child_by_field_name("body")
        variable = node.child_by_field_name("variable")
        if body is None or variable is None:
            self._while(node, scene, stdin)
            return
        words: list[Word] = []
        for value in node.children_by_field_name("value"):
            words += self._words.fields(value, scene)
        if not any(child.type == "in" for child in node.children):
            words = list(scene.positional) if scene.positional is not None else [None]
        if len(words) > _MOST_ROUNDS:
            words = [None]
        for word in words:
            scene.variables[text_of(variable)] = word
            self.run(body, scene, stdin)

    def _define(self, node: Any, scene: Scene, _stdin: Word) -> str:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        scene.functions[text_of(name)] = (body, node.children_by_field_name("redirect"))
        return ""

    def _function(self, name: str, arguments: list[Word], scene: Scene, stdin: Word) -> Word:
        body, redirects = scene.functions[name]
        outside = scene.positional
        scene.positional = tuple(arguments)
        scene.depth += 1
        if scene.depth > 30:  # noqa: PLR2004
            raise LimitError
        stdin, goes = self._redirections.apply(redirects, scene, stdin)
        printed = self.run(body, scene, stdin)
        scene.depth -= 1
        scene.positional = outside
        return None if goes else printed

    def _redirected(self, node: Any, scene: Scene, stdin: Word) -> Word:
        return self._with(node.child_by_field_name("body"), node.children_by_field_name("redirect"), scene, stdin)

    def _with(self, body: Any, redirects: list[Any], scene: Scene, stdin: Word) -> Word:
        """Runs a body with its redirections. Of a list the grammar gives them to the whole; they are the last one's."""
        if body is not None and body.type == "list" and body.named_child_count > 1:
            for child in body.named_children[:-1]:
                self.run(child, scene, stdin)
            return self._with(body.named_children[-1], redirects, scene, stdin)
        extra: list[Any] = []
        for one in redirects:
            extra += one.children_by_field_name("destination")[1:] if one.type == "file_redirect" else []
            extra += one.children_by_field_name("argument") if one.type == "heredoc_redirect" else []
        stdin, goes = self._redirections.apply(redirects, scene, stdin)
        if body is None:
            return ""
        if body.type == "command":
            printed = self._command(body, scene, stdin, extra)
        else:
            printed = self.run(body, scene, stdin)
        printed = "" if goes else printed
        for one in redirects:
            if one.type == "heredoc_redirect":
                printed = self._after_heredoc(one, scene, printed)
        return printed

    def _after_heredoc(self, node: Any, scene: Scene, printed: Word) -> Word:
        """What stands behind `<<EOF` on its line and does not belong to the command: pipes and lists."""
        right = node.child_by_field_name("right")
        for child in node.children:
            if child.type == "pipeline" and (right is None or child.id != right.id):
                printed = self._pipeline(child, scene, printed)
        return printed if right is None else self.run(right, scene)

    def _command(self, node: Any, scene: Scene, stdin: Word, extra: list[Any] = ()) -> Word:  # type: ignore[assignment]
        words: list[Word] = []
        environ: dict[str, Word] = {}
        redirects: list[Any] = []
        for child in node.children:
            if child.type == "variable_assignment":
                name, value = self._assignment(child, scene)
                environ[name] = value
                scene.heed(name)
            elif child.type in ("file_redirect", "herestring_redirect", "heredoc_redirect"):
                redirects.append(child)
            elif child.type == "command_name":
                words += self._words.fields(child.children[0] if len(child.children) == 1 else child, scene)
            elif child.is_named:
                words += self._words.fields(child, scene)
        for child in extra:
            words += self._words.fields(child, scene)
        stdin, goes = self._redirections.apply(redirects, scene, stdin)
        printed = self.argv(words, scene, stdin, environ)
        return "" if goes else printed

    def _assignment(self, node: Any, scene: Scene) -> tuple[str, Word]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        label = text_of(name)
        if value is None:
            return label, ""
        if value.type == "array" or name.type == "subscript":
            self._substitutions(node, scene)
            return label.partition("[")[0], None
        word = self._words.single(value, scene)
        if any(child.type == "+=" for child in node.children):
            old = scene.variables.get(label)
            word = None if word is None or old is None else old + word
        return label, word

    def _assign(self, node: Any, scene: Scene, _stdin: Word) -> str:
        scene.set(*self._assignment(node, scene))
        return ""

    def _declare(self, node: Any, scene: Scene, _stdin: Word) -> str:
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, scene, None)
            else:
                self._substitutions(child, scene)
        return ""

    def _unset(self, node: Any, scene: Scene, _stdin: Word) -> str:
        for child in node.children:
            scene.variables.pop(text_of(child), None)
        return ""


_HANDLERS: dict[str, Any] = {
    "command": Walker._command,  # noqa: SLF001 - the class's own
    "redirected_statement": Walker._redirected,  # noqa: SLF001
    "file_redirect": lambda walker, node, scene, _: (walker._redirections.apply([node], scene, None), "")[1],  # noqa: SLF001
    "pipeline": Walker._pipeline,  # noqa: SLF001
    "subshell": Walker._subshell,  # noqa: SLF001
    "if_statement": Walker._branches,  # noqa: SLF001
    "case_statement": Walker._case,  # noqa: SLF001
    "while_statement": Walker._while,  # noqa: SLF001
    "c_style_for_statement": Walker._while,  # noqa: SLF001
    "for_statement": Walker._for,  # noqa: SLF001
    "function_definition": Walker._define,  # noqa: SLF001
    "variable_assignment": Walker._assign,  # noqa: SLF001
    "declaration_command": Walker._declare,  # noqa: SLF001
    "unset_command": Walker._unset,  # noqa: SLF001
}

"""The shell of our git hooks, with `@PLACES@` that `git_hooks` fills in. No line of it starts a process needlessly."""

from __future__ import annotations

# Relative paths hold, since git runs hooks in the root of the working tree. `read` is a builtin: nothing is forked.
FIND_COMMON = """\
pucs_git=${GIT_COMMON_DIR:-${GIT_DIR:-.git}}
if [ -f "$pucs_git" ]; then read -r pucs_word pucs_git <"$pucs_git"; fi
if [ -f "$pucs_git/commondir" ]; then
  read -r pucs_word <"$pucs_git/commondir"
  case $pucs_word in /*) pucs_git=$pucs_word ;; *) pucs_git=$pucs_git/$pucs_word ;; esac
fi
"""

RUN = """\
if [ -e "$pucs_git/pucs-installed.json" ]; then
  pucs_python= pucs_root= pucs_hooks=
  if [ -r "$pucs_git/@MACHINE@" ]; then . "$pucs_git/@MACHINE@"; fi
  if [ -x "$pucs_python" ] && [ -r "$pucs_hooks/@SCRIPT@" ] && [ -r "$pucs_root/pucs/__init__.py" ]; then
    exec "$pucs_python" -I -S -c '@CODE@' "$pucs_root" "$pucs_hooks/@SCRIPT@" @NAME@ "$@"
  fi
  if [ -n "${CLAUDECODE:-}${CLAUDE_CODE_SESSION_ID:-}${PUCS_AGENT_ID:-}" ]; then
    echo "PUCS: refused: the commit gate's Python or scripts are gone. Ask a person to run: pucs doctor" >&2
    exit 1
  fi
@SAY@fi
"""

UNCHECKED = """\
  echo "PUCS: not checked: the commit gate's Python or scripts are gone. Run: pucs doctor" >&2
"""

# What follows ours runs in a commit window where the gate asks for one: as a child that skips these lines.
GUARDED = """\
pucs_window=
if [ -n "${PUCS_WINDOW-}" ] && [ -r "${GIT_DIR:-.git}/@WINDOW@" ]; then
  read -r pucs_window <"${GIT_DIR:-.git}/@WINDOW@" || :
fi
if [ "$pucs_window" != "${PUCS_WINDOW-} $PPID" ]; then
(
case $0 in *.legacy) ;; *) PUCS_FOLLOWED=1; export PUCS_FOLLOWED ;; esac
@GATE@) || {
pucs_code=$?
set +eu
if [ "$pucs_code" != @NEEDED@ ]; then exit "$pucs_code"; fi
@FIND@. "$pucs_git/@MACHINE@"
exec "$pucs_python" -I -S -c '@CODE@' "$pucs_root" "$pucs_hooks/@SCRIPT@" "$0" "$@"
}
fi
"""

# What `pre-commit` noted spares a start of Python where a message hook has nothing to do: pucs/state/commit_note.py.
SPARED = {
    "prepare-commit-msg": """\
pucs_note=${GIT_DIR:-.git}/@NOTE@.$PPID
if [ -z "${PUCS_FOLLOWED-}" ] && [ "$pucs_note" -nt "${GIT_INDEX_FILE:-${GIT_DIR:-.git}/index}" ]; then
  read -r pucs_word pucs_state <"$pucs_note"
  if [ "${GIT_EDITOR-}" = : ] && [ "${2-}" = message ]; then pucs_state=free; fi
  if [ "$pucs_word $pucs_state" = "$PPID free" ]; then exit 0; fi
fi
""",
    "commit-msg": """\
pucs_note=${GIT_DIR:-.git}/@NOTE@.$PPID
if [ -z "${PUCS_FOLLOWED-}" ] && [ -f "$pucs_note" ]; then
  read -r pucs_word pucs_state <"$pucs_note"
  if [ "$pucs_word $pucs_state" = "$PPID free" ]; then exit 0; fi
fi
""",
}

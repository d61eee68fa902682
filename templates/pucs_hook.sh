# PUCS for Claude Code: .claude/settings.json runs this at every tool call. It may be committed: it names no place of
# any machine, finds this machine's own PUCS through the git directory, and does nothing where there is none.
# Arguments: this file, the name of the event's script.
pucs_top=${1%/.claude/hooks/*}
pucs_git=$pucs_top/.git
if [ -f "$pucs_git" ]; then
  read -r pucs_word pucs_git <"$pucs_git"
  case $pucs_git in /*) ;; *) pucs_git=$pucs_top/$pucs_git ;; esac
fi
if [ -f "$pucs_git/commondir" ]; then
  read -r pucs_word <"$pucs_git/commondir"
  case $pucs_word in /*) pucs_git=$pucs_word ;; *) pucs_git=$pucs_git/$pucs_word ;; esac
fi
if [ -e "$pucs_git/pucs-installed.json" ]; then
  # Any exit but 0 and 2 is a failure, and then the client does what `onFailure` says.
  if [ ! -r "$pucs_git/pucs-hook.sh" ]; then exit 1; fi
  . "$pucs_git/pucs-hook.sh"
  exec "$pucs_python" -I -S -c 'import sys;sys.path.append(sys.argv[1]);exec(open(sys.argv[2]).read())' \
    "$pucs_root" "$pucs_hooks/$2.py"
fi

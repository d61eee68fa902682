"""A scripted afternoon: eight agents and a person on one tree and two linked worktrees, judged by its own journal."""

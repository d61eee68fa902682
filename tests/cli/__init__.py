"""The commands, in processes of their own, on real repositories."""

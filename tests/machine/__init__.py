"""Sequences of everything that can happen, against models that know nothing of how PUCS decides."""

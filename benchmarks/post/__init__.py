"""Senders and readers of notices that are killed at random, and what each of them noted."""

"""Statements by people: which checks are open (`questions`), an answer (`answers`), where it is kept (`store`)."""

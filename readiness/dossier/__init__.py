"""The dossier: a run that is handed over, signed, and verified by whoever doubts it."""

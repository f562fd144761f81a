"""What does the sending system do when things go wrong? A stage, rounds of scenarios, and the system's own account."""

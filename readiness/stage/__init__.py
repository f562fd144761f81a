"""Stand-ins for FaR and mailbox operators: they serve, misbehave by scenario, and record. They never judge."""

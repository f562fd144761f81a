"""The commands, one module a subject. Each parses, calls one function, prints and exits; none decides anything."""

"""Runs beside each other: what differs between two (`comparison`), and how each risk went over many."""

"""Searching logs where they are: what a log platform is asked, and what its answers mean."""

"""The risk register and the checklists: data only."""

"""An example kommun whose chain really runs, on this machine only: what would a whole run look like?

`chain.running_chain` starts it, `defects` holds the built-in defects. The kommun, its vendors, their numbers and names
are made up.
"""

"""Reading logs, for every probe that looks at a log source: bytes in UTF-8, blocks, and what stands in them."""

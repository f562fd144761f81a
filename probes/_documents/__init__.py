"""What does a PDF say of itself? Read in a process of its own, for a document is somebody else's bytes.

`work` says what is asked of which document, `desk` has it done, `child` does it: `structure`, `words`, `signing` and
`copies` are pure, bytes in, answers out. `opening` is for all of them, `links` for `words`, and `pades` for `signing`.
"""

"""`python -m readiness` is mm-readiness."""

from readiness.cli import main

main(prog_name="mm-readiness")

"""A Report in, text out; one module a format. Modules with a leading underscore are shared drawing and wording."""

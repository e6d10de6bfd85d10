"""Gorse's REST API over GENRE's services: a program that speaks to Gorse is pointed here and goes on.

`labels`, `moments`, `document` and the three kinds of documents (`users`, `items`, `feedback`) ask no database:
PascalCase JSON becomes values, and values JSON. docs/gorse.md says what maps to what.
"""

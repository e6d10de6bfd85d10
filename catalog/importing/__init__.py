"""Files that people bring: opened, decoded, read row by row and validated, then merged into the database.

Everything but `staging`, `item_merge` and `item_import` is pure: no database, one row in memory at a time. A row that
cannot be used becomes a `RowError` and the others go on; a file whose structure cannot be trusted (encoding,
unclosed quote, missing column, cut-off archive) is refused as a whole with `FileRefused`. Rows are numbered as a
spreadsheet numbers them: the header is row 1, an empty line counts.
"""

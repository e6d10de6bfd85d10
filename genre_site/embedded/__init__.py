"""The servers that GENRE brings along: PostgreSQL with pgvector, and Valkey, on unix sockets in a folder of its own.

Nothing here knows Django: these modules run before settings exist.
"""

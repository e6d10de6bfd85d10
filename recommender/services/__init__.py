"""Writes that cross models. Each owns its transaction."""

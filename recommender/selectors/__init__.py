"""Reads that cross models. Each says how many queries it costs."""

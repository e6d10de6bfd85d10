"""Measurements, each run by `./run bench NAME`; figures are ratios within one run, since machines differ."""

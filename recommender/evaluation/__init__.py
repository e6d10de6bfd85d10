"""Judging rankings: data sets, splits, baselines, metrics, statistics. Knows neither Django nor a database."""

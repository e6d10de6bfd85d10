"""What is judged: the interface of a system, and the baselines behind it."""

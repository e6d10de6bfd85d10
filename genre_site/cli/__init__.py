"""The commands behind ./run."""

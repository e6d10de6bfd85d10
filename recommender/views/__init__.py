"""The pages: what a person sees of recommendations."""

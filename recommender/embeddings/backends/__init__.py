"""The encoders; `recommender.embeddings.registry` makes them by name, so that none is imported in vain."""

"""Recommendations: interactions, embeddings, configuration, ranking, explanations."""

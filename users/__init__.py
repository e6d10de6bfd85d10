"""Who signs in, and for whom recommendations are made. Knows catalog, not recommender."""

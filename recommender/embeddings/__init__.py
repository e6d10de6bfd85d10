"""Text to vectors: recipes, encoders and the checks between them. Knows neither Django nor Celery."""

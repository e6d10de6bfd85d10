"""Pure ranking: interest vectors, scores, explanations. Knows numpy and pydantic, neither Django nor a database."""

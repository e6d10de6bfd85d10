"""The JSON face of recommendations: reads parameters, calls a service, answers."""

"""GENRE's demonstration: real works, simulated people, and the program that makes up what the people did."""

"""The terminal commands of premiums and rates."""

"""Measurements of the whole product, apart from the tests: see README.md."""

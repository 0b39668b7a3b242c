"""Paid claims and the loss ratio."""

"""Months, pro-rata, instalments and deadlines of a scheme year."""

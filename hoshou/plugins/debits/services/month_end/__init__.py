"""The end of the month: the remittance, the agencies' shares, the co-insurers' files."""

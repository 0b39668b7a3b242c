"""Pure rules of the scheme year: what runs for how long, and what falls due when."""

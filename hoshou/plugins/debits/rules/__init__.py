"""Pure rules of the money: what is debited, what a result means, how each event is booked."""

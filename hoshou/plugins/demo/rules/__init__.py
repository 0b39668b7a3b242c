"""What the demo consists of, as plain values."""

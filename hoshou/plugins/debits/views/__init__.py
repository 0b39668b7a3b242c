"""Staff screens of the money, subject by subject. No agency reaches any of them (B-078)."""

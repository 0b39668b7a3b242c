"""Pure rules of the premium: a rate table and a request in, a quote with its breakdown out."""

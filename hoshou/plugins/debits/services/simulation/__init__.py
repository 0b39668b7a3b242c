"""A whole scheme year on a throw-away database, by the product's own services."""

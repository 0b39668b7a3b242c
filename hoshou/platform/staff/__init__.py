"""The staff site: Flask-AppBuilder, hardened, with our base template and our access rules."""

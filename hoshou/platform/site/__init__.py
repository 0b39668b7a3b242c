"""The public site's base: layout, service hours, headers, error pages."""

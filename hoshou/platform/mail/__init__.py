"""Mail: templates with editable wording, an outbox in the database, delivery by SMTP."""

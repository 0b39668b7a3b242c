"""The group liability scheme: scheme years, members, enrolments from quote to certificate, changes."""

"""Our engine for PostgreSQL: Django's, whose connections may be used again."""

"""What `comadre check` protects: one rule, one function, one broken fixture."""

"""Signing in, and what scripts sign in with."""

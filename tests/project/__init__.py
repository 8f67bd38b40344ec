"""Tests about the project itself: layers, packaging, documents, tools."""

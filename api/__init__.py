"""What people and machines read: JSON, pages, /metrics."""

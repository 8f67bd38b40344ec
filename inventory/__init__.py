"""What should be watched: sources, validation, planning, compiling."""

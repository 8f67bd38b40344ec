"""Processes: settings, CLI, scheduler, pipeline, dispatcher, lifespan."""

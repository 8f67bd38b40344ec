"""A web transaction: steps as a visitor takes them, and what the pages say and should say."""

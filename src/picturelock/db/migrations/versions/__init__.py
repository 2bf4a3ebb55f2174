"""The migrations, oldest first by date."""

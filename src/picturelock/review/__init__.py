"""What people and policy say about takes, and what follows for a unit."""

"""Gates: what a take is measured by, held to, and what follows."""

"""People: a skeleton, poses, and solids that dress it."""

"""From meshes in metres to ink and wash."""

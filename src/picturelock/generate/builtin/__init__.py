"""The built-in vendor: an artist, a camera and scratch voices. No key, no network, no cost, same bytes every time."""

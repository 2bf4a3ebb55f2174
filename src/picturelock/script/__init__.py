"""The script department: a screenplay or prose to scenes, shots, units and anchors."""

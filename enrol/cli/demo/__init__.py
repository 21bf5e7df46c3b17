"""``bin/demo``: the whole house on one machine, from an empty disk to a verified result."""

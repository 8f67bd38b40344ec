"""Conference equipment, whoever made it: the same facts under the same names."""

"""Ways of telling. One public file each."""

"""Ways of looking. One public file each."""

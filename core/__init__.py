"""The shared vocabulary of the house: types, errors, clock, labels. No I/O."""

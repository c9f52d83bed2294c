"""What the product does on a 64-bit ARM, beside what it does here; `scripts/arm-check` runs it."""

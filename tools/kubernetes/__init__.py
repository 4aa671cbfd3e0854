"""What the API server knows: kinds, schemas, quantities, selectors, effective pod values."""

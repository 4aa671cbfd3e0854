"""From a rendered field back to the source line that sets it."""

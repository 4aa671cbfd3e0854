"""What vulnerability scanners said about images, and who says what of it does not matter."""

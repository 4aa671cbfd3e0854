"""What is known of images: the entries of `images.lock`."""

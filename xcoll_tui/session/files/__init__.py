"""The team's files, whether or not a collection holds them."""

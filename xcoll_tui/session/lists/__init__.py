"""Lists: what is loaded of the collections and of the documents, and how it is kept up to date."""

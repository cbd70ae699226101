"""Testing retrieval: what a question finds, in each mode, and how well questions are answered."""

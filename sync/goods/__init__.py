"""What people decide about goods: whose a field is, what words mean, which goods are the same."""

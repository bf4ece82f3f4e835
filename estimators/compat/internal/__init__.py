"""Names of TensorFlow's own modules that are not public, and that tests and programs take from there all the same."""

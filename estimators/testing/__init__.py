"""What tests of graphs are written with: tf.test."""

"""Input by queues and readers, as programs did before datasets: what a graph says, and what a session keeps."""

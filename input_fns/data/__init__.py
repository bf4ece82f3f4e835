"""Input pipelines: datasets described element by element, and the iterators that put their elements into a graph."""

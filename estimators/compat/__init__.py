"""Other frameworks' names over this project."""

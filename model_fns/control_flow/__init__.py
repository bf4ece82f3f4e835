"""Control flow: branches and loops as operations that hold graphs of their own."""

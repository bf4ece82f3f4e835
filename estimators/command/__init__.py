"""The command line: python -m estimators train MODULE, evaluate MODULE, predict MODULE."""

"""The model functions of canned estimators."""

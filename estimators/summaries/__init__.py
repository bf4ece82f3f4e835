"""Summaries on disk: event files for TensorBoard, and the same numbers as CSV."""

from estimators.summaries.event_file import summary_iterator
from estimators.summaries.file_writer import FileWriter, FileWriterCache

__all__ = ["FileWriter", "FileWriterCache", "summary_iterator"]

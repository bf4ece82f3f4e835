"""What goes wrong with a data set: each message is a whole sentence that a command line may print as it is.

DatasetError                  anything below
 ├─ IdxError                  a file is not what an IDX file must be (also a ValueError)
 └─ DatasetUnavailableError   the files are not here and could not be fetched
"""


class DatasetError(Exception):
    """A data set cannot be used. The message says what was expected, what came, and what to do."""


class IdxError(DatasetError, ValueError):
    """A file breaks the IDX format. The message begins with the file's name."""


class DatasetUnavailableError(DatasetError):
    """The files of a data set are neither here nor to be had."""

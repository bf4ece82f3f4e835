"""SaverDef: how a Saver keeps checkpoints."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.message import Message

_VERSIONS = {0: "LEGACY", 1: "V1", 2: "V2"}


@final
class SaverDef(Message):
    """How many checkpoints are kept. The names of operations stay empty: saving is no part of the graph here."""

    LEGACY = 0
    V1 = 1
    V2 = 2

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "filename_tensor_name", "string"),
        Field(2, "save_tensor_name", "string"),
        Field(3, "restore_op_name", "string"),
        Field(4, "max_to_keep", "int32"),
        Field(5, "sharded", "bool"),
        Field(6, "keep_checkpoint_every_n_hours", "float"),
        Field(7, "version", "enum", names=_VERSIONS),
    )

"""Rows of a tensor replaced or added to, which is how a TensorArray is written: in a copy, or where it is."""

from __future__ import annotations

from estimators.compiler.code import SINGLE, Code, count
from estimators.compiler.lowering.table_rows import LOWEST
from estimators.compiler.program import Statement
from estimators.compiler.structured import AddRows
from model_fns.graph.dimensions import product
from model_fns.ops.rows import ReplaceRows


def change_rows(statement: Statement, code: Code) -> bool:
    """One worker does it, in the order of the numbers, and nothing of it if one is out of range."""
    x, numbers, values = statement.inputs
    out = statement.outputs[0]
    if out.dtype.name == "bool" or len(values.dims) != len(numbers.dims) + len(out.dims) - 1:
        return False
    code.alone()
    many, status = product(numbers.dims), f"table[{code.names.slot('status')}]"
    wanted, target = code.read(numbers), code.write(out, SINGLE)
    lowest = LOWEST if isinstance(statement.op, AddRows) else 0  # what is added to no row is passed over
    code.checked_call(statement, "rows", "out_of_range", wanted, lowest, out.dims[0], many)
    code.line(f"if {status} == 0:")
    if isinstance(statement.op, ReplaceRows):
        source = code.read(x)
        code.line(f"    for i in range({count(out)}):")
        code.line(f"        {target}[i] = {source}[i]")
    factor = 1 if isinstance(statement.op, AddRows) else 0  # 0: in their place
    arguments = target, wanted, code.read(values), product(out.dims[1:]), many, factor
    code.line("    " + code.expression("rows", "scatter", arguments))
    code.work.append(count(values))
    return True

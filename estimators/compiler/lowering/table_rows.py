"""Operations on some rows of a table, at a cost that depends on those rows and not on the table."""

from __future__ import annotations

from estimators.compiler.code import SINGLE, WHOLE, Code, count, times
from estimators.compiler.program import Statement
from model_fns.graph.dimensions import product
from model_fns.graph.op import Op
from model_fns.ops.row_updates import RowUpdate, ScatterAddRows, ScatterSubRows, ScatterUpdate
from model_fns.ops.table_rows import PresentRows

LOWEST = -(2**31)  # of numbers of which negative ones count for none
_FACTORS: dict[type[Op], int] = {ScatterUpdate: 0, ScatterAddRows: 1, ScatterSubRows: -1}


def distinct_rows(statement: Statement, code: Code) -> None:
    """One worker does it: each number depends on all before it, and there are few."""
    indices, table = statement.inputs
    rows, places = statement.outputs
    number = indices.dims[0]
    code.alone()
    heads = code.scratch(places, f"4 * {times(number)} + 8")
    arrays = code.read(indices), code.write(rows, SINGLE), code.write(places, SINGLE), heads
    code.checked_call(statement, "rows", "distinct", *arrays, number, table.dims[0])
    code.work.append(f"8 * {times(number)}")


def sum_repeated(statement: Statement, code: Code) -> None:
    values, places = statement.inputs
    out = statement.outputs[0]
    part = code.rows(out)
    arrays = code.read(values), code.read(places), code.write(out, part.label)
    code.call("rows", "sum_repeated", *arrays, product(out.dims[1:]), out.dims[0], part.start, part.stop)
    code.work.append(count(values))


def present_rows(statement: Statement, code: Code) -> None:
    table, indices = statement.inputs
    out = statement.outputs[0]
    op = statement.op
    assert isinstance(op, PresentRows)
    part = code.part(product(indices.dims))
    arrays = code.read(table), code.read(indices, part.label), code.write(out, part.label)
    arguments = (*arrays, product(table.dims[1:]), table.dims[0], part.start, part.stop)
    if op.in_range:
        code.line(code.expression("rows", "present", arguments, "int64"))
    else:
        code.checked_call(statement, "rows", "present", *arguments)
    code.work.append(count(out))


def put_rows(statement: Statement, code: Code) -> None:
    """Workers share the rows that are put, which lie anywhere in the table: nobody touches it before all are done."""
    _, rows, values = statement.inputs
    table = statement.outputs[0]
    part = code.part(product(rows.dims))
    arrays = code.write(table, WHOLE), code.read(rows, part.label), code.read(values, part.label)
    code.call("rows", "put", *arrays, product(table.dims[1:]), part.start, part.stop)
    code.work.append(count(values))


def scatter(statement: Statement, code: Code) -> bool:
    """One worker does it, in the order of the rows, and nothing of it if a row is out of range."""
    _, rows, values = statement.inputs
    table, op = statement.outputs[0], statement.op
    assert isinstance(op, RowUpdate)
    if len(values.dims) != len(rows.dims) + len(table.dims) - 1 or table.dtype.name == "bool":
        return False
    code.alone()
    number, status = product(rows.dims), f"table[{code.names.slot('status')}]"
    array = code.read(rows)
    code.checked_call(statement, "rows", "out_of_range", array, -1 if op.skips else 0, table.dims[0], number)
    code.line(f"if {status} == 0:")
    arguments = code.write(table, SINGLE), array, code.read(values), product(table.dims[1:]), number
    factor = _FACTORS[type(op)]
    code.line("    " + code.expression("rows", "scatter", (*arguments, factor)))
    code.work.append(count(values))
    return True


def segment_sum(statement: Statement, code: Code) -> bool:
    """Workers share the rows of the result, and each of them reads all numbers of segments."""
    values, segments, number = statement.inputs
    out = statement.outputs[0]
    if number.known is None or out.dtype.name == "bool":
        return False
    rows, ids = product(segments.dims), code.read(segments)
    code.checked_call(statement, "rows", "out_of_range", ids, LOWEST, out.dims[0], rows)
    part = code.rows(out)
    arrays = code.write(out, part.label), ids, code.read(values)
    code.call("movement", "scatter_add", *arrays, 1, out.dims[0], product(out.dims[1:]), rows, part.start, part.stop)
    code.work.append(count(values))
    return True

"""The register tile that carries every contraction, and moves of memory, written in LLVM's own language.

One call computes, for i < rows and j < columns of a tile small enough to live in vector registers,

    C[i, j] (+)= sum_q sum_k A[q * a_outer + i * a_row + k * a_inner] * B[q * b_outer + k * b_inner + j]

where A, B and C start at given offsets of flat arrays, B and C are contiguous along j, and `accumulate` says whether
the sum is added to C or replaces it. Rows of C are brought up to date one after the other, so they may overlap.

Every element is summed over (q, k) in the same order by the same fused multiply-add, in whichever tile, lane or masked
tail it falls: results do not depend on how rows and columns are divided.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic as numba_intrinsic
from numba.np.arrayobj import make_array

from estimators.kernels.host import host

# numba declares an intrinsic as if its caller passed the typing context too.
intrinsic: Any = numba_intrinsic

INDEX = ir.IntType(64)
INT32 = ir.IntType(32)
BIT = ir.IntType(1)
POINTER = ir.PointerType()


TILE_ROWS = host().rows


def constant_index(value: int) -> ir.Constant:
    return ir.Constant(INDEX, value)


def call_by_name(builder: ir.IRBuilder, name: str, result: ir.Type, arguments: list[Any]) -> Any:
    """Calls an LLVM intrinsic by its full name (llvmlite's declare_intrinsic does not know vectors)."""
    function = builder.module.globals.get(name)
    if function is None:
        function = ir.Function(builder.module, ir.FunctionType(result, [value.type for value in arguments]), name)
    return builder.call(function, arguments)


class Vector:
    """Emits operations on vectors of `lanes` elements; a mask, where given, keeps memory outside it untouched."""

    def __init__(self, builder: ir.IRBuilder, element: ir.Type, lanes: int, mask: Any = None) -> None:
        self.builder, self.element, self.lanes, self.mask = builder, element, lanes, mask
        self.type = ir.VectorType(element, lanes) if lanes > 1 else element
        self.suffix = f"{'' if lanes == 1 else f'v{lanes}'}{'f32' if element == ir.FloatType() else 'f64'}"
        self.align = 4 if element == ir.FloatType() else 8

    def zero(self) -> ir.Constant:
        return ir.Constant(self.type, [0.0] * self.lanes if self.lanes > 1 else 0.0)

    def load(self, pointer: Any) -> Any:
        if self.mask is None:
            return self.builder.load(pointer, align=self.align, typ=self.type)
        arguments = [pointer, ir.Constant(INT32, self.align), self.mask, self.zero()]
        return call_by_name(self.builder, f"llvm.masked.load.{self.suffix}.p0", self.type, arguments)

    def store(self, value: Any, pointer: Any) -> None:
        if self.mask is None:
            self.builder.store(value, pointer, align=self.align)
        else:
            arguments = [value, pointer, ir.Constant(INT32, self.align), self.mask]
            call_by_name(self.builder, f"llvm.masked.store.{self.suffix}.p0", ir.VoidType(), arguments)

    def broadcast(self, scalar: Any) -> Any:
        return splat(self.builder, scalar, self.lanes)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        if host().fused:
            return call_by_name(self.builder, f"llvm.fma.{self.suffix}", self.type, [a, b, c])
        return self.builder.fadd(self.builder.fmul(a, b), c)


def splat(builder: ir.IRBuilder, scalar: Any, lanes: int) -> Any:
    """A vector whose lanes all hold `scalar`."""
    if lanes == 1:
        return scalar
    undefined = ir.Constant(ir.VectorType(scalar.type, lanes), ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(INT32, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(INT32, lanes), [0] * lanes))


def first_lanes(builder: ir.IRBuilder, count: Any, lanes: int) -> Any:
    """The mask of the first `count` of `lanes` lanes."""
    numbers = ir.Constant(ir.VectorType(INT32, lanes), list(range(lanes)))
    return builder.icmp_signed("<", numbers, splat(builder, builder.trunc(count, INT32), lanes))


# Row i of A lies at base + index * (1, 2, 4 or 8), which x86 computes for free within a load, if the base is row 0 or
# row 9 and the indices are these multiples of a row's bytes. They are handed to the tile function as arguments, and its
# pointers are opaque: where LLVM sees the relation, it keeps a register for each row, more than there are, and each
# step reloads them. (Look at the object code, not at inspect_asm: that compiles once more and loses the opacity.)
HIGH_ROW = 9
ROW_MULTIPLES = (1, 3, 5, 7)

# How many rows of B ahead are asked for: enough for what comes from memory, few beside a block of k.
AHEAD = 16

TILE_ARGUMENTS = (
    *("a", "a_high", *(f"a_row_{multiple}" for multiple in ROW_MULTIPLES), "a_outer", "a_inner"),
    *("b", "b_ahead", "b_outer", "b_inner", "c", "c_row", "rows", "columns", "outer", "inner", "accumulate"),
)
TILE_TYPE = ir.FunctionType(
    ir.VoidType(),
    [
        POINTER if name in ("a", "a_high", "b", "c") else BIT if name == "accumulate" else INDEX
        for name in TILE_ARGUMENTS
    ],
)


class Tile:
    """Emits the function of one tile shape: `full` whole vectors and one of `last` lanes, perhaps masked, wide.

    One function serves every height: each step enters a ladder of rows, the last row first, at the tile's own height.
    That jump is the same each time, so it is well predicted, and it spares a function for each height.
    """

    def __init__(self, function: ir.Function, element: ir.Type, full: int, last: int, lanes: int) -> None:
        self.function, self.element = function, element
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.arguments = dict(zip(TILE_ARGUMENTS, function.args, strict=True))
        mask = None
        if host().masks:
            mask = first_lanes(
                self.builder, self.builder.sub(self.arguments["columns"], constant_index(full * lanes)), last
            )
        self.vectors = [Vector(self.builder, element, lanes)] * full + [Vector(self.builder, element, last, mask)]
        self.places = [constant_index(i * lanes) for i in range(full + 1)]
        # In memory by name only: LLVM keeps each sum in a register of its own.
        self.sums = [[self.builder.alloca(vector.type) for vector in self.vectors] for _ in range(TILE_ROWS)]

    def emit(self) -> None:
        """for q in range(outer): for k in range(inner): step; then the update of C."""
        builder, arguments = self.builder, self.arguments
        for row in self.sums:
            for place, vector in zip(row, self.vectors, strict=True):
                builder.store(vector.zero(), place)
        some = builder.and_(
            *(builder.icmp_signed(">", arguments[name], constant_index(0)) for name in ("outer", "inner"))
        )
        with builder.if_then(some):
            starts = [arguments[name] for name in ("a", "a_high", "b")]
            self.repeat("outer", starts, lambda points, _: self.repeat("inner", points, self.step))
        with builder.if_else(arguments["accumulate"]) as (add, replace):
            with add:
                self.update(accumulate=True)
            with replace:
                self.update(accumulate=False)
        builder.ret_void()

    def offset(self, pointer: Any, elements: Any) -> Any:
        return self.builder.gep(pointer, [elements], source_etype=self.element)

    def opaque(self, pointer: Any) -> Any:
        """The same pointer, of which LLVM does not know where it came from (it costs no instruction)."""
        return call_by_name(self.builder, "llvm.launder.invariant.group.p0", POINTER, [pointer])

    def repeat(self, level: str, starts: list[Any], body: Callable[[list[Any], Any], None]) -> None:
        """Runs body(points, remaining) as often as argument `level` says, at least once.

        Each time the points move on by that level's strides.
        """
        builder, entry = self.builder, self.builder.block
        loop, done = (self.function.append_basic_block(f"{level}{suffix}") for suffix in ("", "_done"))
        builder.branch(loop)
        builder.position_at_end(loop)
        remaining = builder.phi(INDEX)
        points = [builder.phi(POINTER) for _ in starts]
        body(points, remaining)
        following = builder.sub(remaining, constant_index(1))
        strides = [self.arguments[f"{name}_{level}"] for name in ("a", "a", "b")]
        moved = [self.opaque(self.offset(point, stride)) for point, stride in zip(points, strides, strict=True)]
        builder.cbranch(builder.icmp_signed(">", following, constant_index(0)), loop, done)
        first, later = [self.arguments[level], *starts], [following, *moved]
        for phi, *values in zip([remaining, *points], first, later, strict=True):
            for value, block in zip(values, (entry, builder.block), strict=True):
                phi.add_incoming(value, block)
        builder.position_at_end(done)

    def row_of_a(self, points: list[Any], i: int) -> Any:
        """Where element i of the column of A is."""
        base, i = (points[0], i) if i < HIGH_ROW else (points[1], i - HIGH_ROW)
        shift = (i & -i).bit_length() - 1
        if i == 0:
            return base
        index = self.builder.shl(self.arguments[f"a_row_{i >> shift}"], constant_index(shift))
        return self.builder.gep(base, [index], source_etype=ir.IntType(8))

    def prefetch(self, b: Any) -> None:
        """Asks for a row of B: rows of a wide matrix lie on different pages, across which no hardware looks ahead."""
        read, keep, data = (ir.Constant(INT32, value) for value in (0, 3, 1))
        for place in self.places:
            call_by_name(self.builder, "llvm.prefetch.p0", ir.VoidType(), [self.offset(b, place), read, keep, data])

    def step(self, points: list[Any], remaining: Any) -> None:
        """sums += (column of A) * (row of B): one fused multiply-add for each vector of the tile."""
        builder, b = self.builder, points[2]
        rows_of_b = [
            vector.load(self.offset(b, place)) for vector, place in zip(self.vectors, self.places, strict=True)
        ]
        more = builder.icmp_signed(">", remaining, constant_index(AHEAD))
        self.prefetch(builder.select(more, self.offset(b, self.arguments["b_ahead"]), b))
        rungs = [self.function.append_basic_block(f"row_{i}") for i in range(TILE_ROWS)]
        impossible = self.function.append_basic_block("impossible")
        ladder = builder.switch(self.arguments["rows"], impossible)
        for i in reversed(range(TILE_ROWS)):
            ladder.add_case(constant_index(i + 1), rungs[i])
            builder.position_at_end(rungs[i])
            scalar = builder.load(self.row_of_a(points, i), align=self.vectors[0].align, typ=self.element)
            for vector, row_of_b, place in zip(self.vectors, rows_of_b, self.sums[i], strict=True):
                total = builder.load(place, typ=vector.type)
                builder.store(vector.multiply_add(vector.broadcast(scalar), row_of_b, total), place)
            if i > 0:
                builder.branch(rungs[i - 1])
        with builder.goto_block(impossible):
            builder.unreachable()

    def update(self, accumulate: bool) -> None:
        """Rows of C in turn: they may overlap, as the rows of a convolution's input gradient do."""
        builder = self.builder
        done = self.function.append_basic_block("updated")
        for i in range(TILE_ROWS):
            following = self.function.append_basic_block(f"update_{i}")
            builder.cbranch(builder.icmp_signed(">", self.arguments["rows"], constant_index(i)), following, done)
            builder.position_at_end(following)
            row = self.offset(self.arguments["c"], builder.mul(self.arguments["c_row"], constant_index(i)))
            for vector, place, total in zip(self.vectors, self.places, self.sums[i], strict=True):
                target, value = self.offset(row, place), builder.load(total, typ=vector.type)
                vector.store(builder.fadd(vector.load(target), value) if accumulate else value, target)
        builder.branch(done)
        builder.position_at_end(done)


def element_of(array: types.Array) -> tuple[ir.Type, int]:
    """The LLVM type and the bytes of an array's elements."""
    return (ir.FloatType(), 4) if array.dtype == types.float32 else (ir.DoubleType(), 8)


def pointer_to(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any, position: int) -> Any:
    """Where in memory argument `position`, an array, has the element that the argument after it numbers."""
    array = signature.args[position]
    data = make_array(array)(context, builder, arguments[position]).data
    return builder.gep(builder.bitcast(data, POINTER), [arguments[position + 1]], source_etype=element_of(array)[0])


def tile_table(module: ir.Module, array: types.Array) -> ir.GlobalVariable:
    """The functions of all tile shapes of one element type; one copy in each compiled module.

    They are functions, not inlined, so that many kernels in one compiled step share them.
    """
    element, item_bytes = element_of(array)
    name = f"estimators_tiles_{element}"
    if name in module.globals:
        return module.globals[name]
    functions = []
    for full, last in host().shapes(item_bytes):
        function = ir.Function(module, TILE_TYPE, f"estimators_tile_{element}_{full}_{last}")
        function.linkage = "linkonce_odr"
        function.attributes.add("noinline")
        function.attributes.add("nounwind")
        Tile(function, element, full, last, host().lanes(item_bytes)).emit()
        functions.append(function)
    table = ir.GlobalVariable(module, ir.ArrayType(POINTER, len(functions)), name)
    table.initializer = ir.Constant(table.value_type, functions)
    table.linkage, table.global_constant = "linkonce_odr", True
    return table


@intrinsic
def tile(typing_context, a, a_start, a_outer, a_row, a_inner, b, b_start, b_outer, b_inner, c, c_start, c_row,
         rows, columns, outer, inner, accumulate):  # fmt: skip
    """The tile of the module's equation; rows <= TILE_ROWS, columns a width that `tile_columns` gave."""
    index = types.int64
    signature = types.void(a, index, index, index, index, b, index, index, index, c, index, index,
                           index, index, index, index, types.boolean)  # fmt: skip

    def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        columns = arguments[13]
        a, b, c = (pointer_to(context, builder, signature, arguments, position) for position in (0, 5, 9))
        lanes = host().lanes(element_of(signature.args[0])[1])
        if host().masks:
            shape = builder.udiv(
                builder.sub(columns, constant_index(1)), constant_index(lanes // 2 if host().halves else lanes)
            )
        else:
            shape = builder.udiv(columns, constant_index(lanes))
        table = tile_table(builder.module, signature.args[0])
        place = builder.gep(table, [constant_index(0), shape], source_etype=table.value_type)
        a_outer, a_row, a_inner = arguments[2:5]
        row_bytes = builder.mul(a_row, constant_index(element_of(signature.args[0])[1]))
        multiples = [builder.mul(row_bytes, constant_index(multiple)) for multiple in ROW_MULTIPLES]
        a_high = builder.gep(a, [builder.mul(row_bytes, constant_index(HIGH_ROW))], source_etype=ir.IntType(8))
        b_ahead = builder.mul(arguments[8], constant_index(AHEAD))
        values = [a, a_high, *multiples, a_outer, a_inner, b, b_ahead, *arguments[7:9], c, *arguments[11:]]
        builder.call(builder.load(place, typ=TILE_TYPE.as_pointer()), values)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def tile_columns(typing_context, array, remaining):
    """How many of the `remaining` columns the next tile takes: two vectors, or what a narrower shape can cover."""

    def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        remaining = arguments[1]
        lanes = host().lanes(element_of(signature.args[0])[1])

        def at_least(width: int, otherwise: Any) -> Any:
            return builder.select(
                builder.icmp_signed(">=", remaining, constant_index(width)), constant_index(width), otherwise
            )

        return at_least(2 * lanes, remaining if host().masks else at_least(lanes, constant_index(1)))

    return types.int64(array, types.int64), codegen


@intrinsic
def copy(typing_context, source, source_start, target, target_start, count):
    """target[target_start : target_start + count] = source[source_start : source_start + count], as one memcpy."""
    index = types.int64

    def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        pointers = [pointer_to(context, builder, signature, arguments, position) for position in (2, 0)]
        size = builder.mul(arguments[4], constant_index(element_of(signature.args[0])[1]))
        call_by_name(builder, "llvm.memcpy.p0.p0.i64", ir.VoidType(), [*pointers, size, ir.Constant(BIT, 0)])
        return context.get_dummy_value()

    return types.void(source, index, target, index, index), codegen


@intrinsic
def clear(typing_context, target, start, count):
    """target[start : start + count] = 0, as one memset."""

    def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        pointer = pointer_to(context, builder, signature, arguments, 0)
        size = builder.mul(arguments[2], constant_index(element_of(signature.args[0])[1]))
        zero = ir.Constant(ir.IntType(8), 0)
        call_by_name(builder, "llvm.memset.p0.i64", ir.VoidType(), [pointer, zero, size, ir.Constant(BIT, 0)])
        return context.get_dummy_value()

    return types.void(target, types.int64, types.int64), codegen

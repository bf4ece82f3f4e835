"""Posts: places in memory where worker threads wait, in machine code, to be called for a run.

A worker that has just run stays at its post for a moment. Calling it from there is a store that it sees at once; waking
a thread that sleeps, by way of Python, takes longer than many a run. The caller gives all posts their orders, does its
own part and waits for the others in one call of machine code: no interrupt comes in between.

A post is a line of cache with the state of its worker and, once that is CALLED, what it has to run.
"""

from __future__ import annotations

import ctypes
import platform
from functools import cache
from typing import Any

from estimators.compiler.load import RunType, function_at

LINE = 64  # bytes of a post: (state, run, table, worker, workers), on a line of cache of its own
AWAY, COMING, WAITING, HELD, CALLED = range(5)  # COMING: it was sent for; HELD: it will be called or let go at once
_PATIENCE = 4000  # looks before the processor is given away between looks
_STAY = 4400  # looks after which a worker leaves its post: a few tenths of a millisecond
_LONGEST = 1 << 22  # looks after which a caller looks for itself why a worker does not come

# What a waiting loop tells the processor, and how a thread lets another have it, where there is such a thing.
_PAUSE = "@llvm.x86.sse2.pause" if platform.machine().lower() in ("x86_64", "amd64", "i386", "i686") else None
_YIELD = "@sched_yield" if platform.system() != "Windows" else None
_REST = f"""
{f"declare void {_PAUSE}()" if _PAUSE else ""}
{f"declare i32 {_YIELD}()" if _YIELD else ""}
define internal void @rest(i64 %looks) {{
  %short = icmp ult i64 %looks, {_PATIENCE}
  br i1 %short, label %hint, label %give_way
hint:
  {f"call void {_PAUSE}()" if _PAUSE else ""}
  ret void
give_way:
  {f"%unused = call i32 {_YIELD}()" if _YIELD else ""}
  ret void
}}
"""

# stand(post): does what it is called for, again and again, and returns when it was not called for a while.
_STAND = f"""
define void @estimators_stand(ptr %post) {{
entry:
  store atomic i64 {WAITING}, ptr %post seq_cst, align 8
  br label %look
look:
  %looks = phi i64 [0, %entry], [%more, %idle], [0, %leave], [0, %work]
  %state = load atomic i64, ptr %post acquire, align 8
  %called = icmp eq i64 %state, {CALLED}
  br i1 %called, label %work, label %unless_late
unless_late:
  %more = add i64 %looks, 1
  %late = icmp ugt i64 %more, {_STAY}
  br i1 %late, label %leave, label %idle
idle:
  call void @rest(i64 %more)
  br label %look
leave:
  %left = cmpxchg ptr %post, i64 {WAITING}, i64 {AWAY} seq_cst seq_cst
  %gone = extractvalue {{i64, i1}} %left, 1
  br i1 %gone, label %end, label %look
work:
  %orders = getelementptr i64, ptr %post, i64 1
  %run = load ptr, ptr %orders
  %at_table = getelementptr i64, ptr %post, i64 2
  %table = load ptr, ptr %at_table
  %at_worker = getelementptr i64, ptr %post, i64 3
  %worker = load i64, ptr %at_worker
  %at_workers = getelementptr i64, ptr %post, i64 4
  %workers = load i64, ptr %at_workers
  %answer = call i64 %run(ptr %table, i64 %worker, i64 %workers)
  store atomic i64 {WAITING}, ptr %post seq_cst, align 8
  br label %look
end:
  ret void
}}
"""

# call(posts, helpers, run, table): all run, and what worker 0, the caller, answers; -1 if a helper is not at its post.
_CALL = f"""
define i64 @estimators_call(ptr %posts, i64 %helpers, ptr %run, ptr %table) {{
entry:
  %workers = add i64 %helpers, 1
  br label %hold
hold:
  %k = phi i64 [0, %entry], [%k, %await], [%next, %held]
  %looks = phi i64 [0, %entry], [%more, %await], [0, %held]
  %all = icmp eq i64 %k, %helpers
  br i1 %all, label %give, label %try
try:
  %place = getelementptr ptr, ptr %posts, i64 %k
  %post = load ptr, ptr %place
  %found = cmpxchg ptr %post, i64 {WAITING}, i64 {HELD} seq_cst seq_cst
  %is_held = extractvalue {{i64, i1}} %found, 1
  br i1 %is_held, label %held, label %not_there
held:
  %next = add i64 %k, 1
  br label %hold
not_there:
  %state = extractvalue {{i64, i1}} %found, 0
  %coming = icmp eq i64 %state, {COMING}
  %more = add i64 %looks, 1
  %soon = icmp ult i64 %more, {_LONGEST}
  %worth = and i1 %coming, %soon
  br i1 %worth, label %await, label %release
await:
  call void @rest(i64 {_PATIENCE})
  br label %hold

release:
  %kept = phi i64 [%k, %not_there], [%one_less, %let_go]
  %none = icmp eq i64 %kept, 0
  br i1 %none, label %refused, label %let_go
let_go:
  %one_less = sub i64 %kept, 1
  %kept_place = getelementptr ptr, ptr %posts, i64 %one_less
  %kept_post = load ptr, ptr %kept_place
  store atomic i64 {WAITING}, ptr %kept_post seq_cst, align 8
  br label %release
refused:
  ret i64 -1

give:
  %g = phi i64 [0, %hold], [%worker, %order]
  %given = icmp eq i64 %g, %helpers
  br i1 %given, label %own, label %order
order:
  %worker = add i64 %g, 1
  %order_place = getelementptr ptr, ptr %posts, i64 %g
  %called = load ptr, ptr %order_place
  %at_run = getelementptr i64, ptr %called, i64 1
  store ptr %run, ptr %at_run
  %at_table = getelementptr i64, ptr %called, i64 2
  store ptr %table, ptr %at_table
  %at_worker = getelementptr i64, ptr %called, i64 3
  store i64 %worker, ptr %at_worker
  %at_workers = getelementptr i64, ptr %called, i64 4
  store i64 %workers, ptr %at_workers
  store atomic i64 {CALLED}, ptr %called seq_cst, align 8
  br label %give
own:
  %answer = call i64 %run(ptr %table, i64 0, i64 %workers)
  br label %gather
gather:
  %d = phi i64 [0, %own], [%after, %done], [%d, %still]
  %waits = phi i64 [0, %own], [0, %done], [%waited, %still]
  %everyone = icmp eq i64 %d, %helpers
  br i1 %everyone, label %end, label %ask
ask:
  %done_place = getelementptr ptr, ptr %posts, i64 %d
  %asked = load ptr, ptr %done_place
  %doing = load atomic i64, ptr %asked acquire, align 8
  %busy = icmp eq i64 %doing, {CALLED}
  br i1 %busy, label %still, label %done
done:
  %after = add i64 %d, 1
  br label %gather
still:
  %waited = add i64 %waits, 1
  call void @rest(i64 %waited)
  br label %gather
end:
  ret i64 %answer
}}
"""


@cache
def stand() -> Any:
    """The function stand(address of a post)."""
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(function_at("estimators_stand", _REST + _STAND))


@cache
def call() -> Any:
    """The function call(address of the posts' addresses, helpers, run, address of the table)."""
    made = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, RunType, ctypes.c_void_p)
    return made(function_at("estimators_call", _REST + _CALL))

"""Take from a reader process what a query could misuse: the network, more files, more memory.

On Linux a system-call filter (seccomp, which needs no privilege once NO_NEW_PRIVS is set)
refuses to make sockets, so SERVICE and LOAD cannot reach anything whatever the query text
looks like. Elsewhere, and as a second lock, no further file descriptor can be opened
than the store itself still needs.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

from govgraph.errors import EnvironmentFailed

__all__ = ["confine"]

# Audit architecture, and the numbers of socket(2) and io_uring_setup(2), by machine (linux/audit.h, unistd.h).
_MACHINES = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # SECCOMP_RET_ALLOW, ERRNO(EPERM), KILL_PROCESS
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2  # prctl(2)


def confine(store: Path | None, memory_bytes: int) -> None:
    """Confine this process for good.

    Parameters
    ----------
    store : folder of the store, open already; its table files may still be opened one by one. None for a writer, which
        opens files of its own: it has no network by the system-call filter alone.
    memory_bytes : the address space that the process may have.

    Raises
    ------
    EnvironmentFailed : this Linux refuses the filter, so public queries cannot be run safely.
    """
    filtered = sys.platform == "linux" and platform.machine() in _MACHINES
    if filtered:
        _refuse_sockets(*_MACHINES[platform.machine()])
    if store is not None:
        free = os.dup(0)
        os.close(free)
        files = free + (len(list(store.glob("*.sst"))) if filtered else 0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel's timer ends the process, even inside the engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides


def _refuse_sockets(architecture: int, *refused: int) -> None:
    """Load a filter under which the named system calls fail with EPERM."""
    steps = [
        (_LOAD, 0, 0, 4),  # architecture
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # number of the system call
        (_AT_LEAST, 0, 1, _X32),  # the second numbering of x86-64
        (_RETURN, 0, 0, _KILL),
    ]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, program, 0, 0):
        reason = os.strerror(ctypes.get_errno())
        raise EnvironmentFailed(f"a reader process cannot be cut off from the network ({reason})", "Allow seccomp.")

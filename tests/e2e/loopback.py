"""Runs a program in a network of its own, where the scripted model is the only thing to talk to.

A script of its own, since the program takes over its process: `python loopback.py FD PROGRAM...`. It opens a
listening socket on the new network's loopback, hands it to the starter over the Unix socket FD, and becomes the
program. Whoever holds that listener serves the program from outside, without a process in between.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1


def leave_network() -> None:
    """Moves this process to an empty network, through a user namespace where nothing less is permitted."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) == 0:
        return
    if libc.unshare(CLONE_NEWNET | CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare is not permitted")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def listen() -> socket.socket:
    """A listening socket on the loopback of the new network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    return socket.create_server(("127.0.0.1", 0))


def main(starter: int, program: list[str]) -> None:
    """Becomes the program, told by its environment where the model is."""
    leave_network()
    with socket.socket(fileno=starter) as channel, listen() as listener:
        os.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        socket.send_fds(channel, [b"."], [listener.fileno()])
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and that would outlive exec
        signal.signal(number, signal.SIG_DFL)
    os.execv(program[0], program)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

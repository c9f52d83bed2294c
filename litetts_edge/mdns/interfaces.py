"""The networks that this machine is in, and a wake-up when they change."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import re
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from litetts_edge.mdns.table import Address

log = logging.getLogger(__name__)

_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927  # netdevice(7), linux/sockios.h
_UP, _LOOPBACK, _POINT_TO_POINT, _RUNNING, _MULTICAST = 0x1, 0x8, 0x10, 0x40, 0x1000  # linux/if.h
_NEEDED, _JUDGED = _UP | _RUNNING | _MULTICAST, _UP | _RUNNING | _MULTICAST | _LOOPBACK | _POINT_TO_POINT
_CHANGES = 0x1 | 0x10 | 0x100  # RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR of linux/rtnetlink.h
_TEMPORARY, _DAD_FAILED, _DEPRECATED, _TENTATIVE = 0x1, 0x8, 0x20, 0x40  # IFA_F_* of linux/if_addr.h
_PASSING = _TEMPORARY | _DAD_FAILED | _DEPRECATED | _TENTATIVE

_OF_CONTAINERS = re.compile(r"(docker|podman|veth|virbr|vnet|lxc|lxdbr|cni|flannel|cali)|br-[0-9a-f]{12}$")
"""Networks inside this machine: nobody at home reaches an address there."""

IF_INET6 = Path("/proc/thread-self/net/if_inet6")


@dataclass(frozen=True, slots=True)
class Interface:
    """A network that carries multicast, with our addresses in it that are there to stay."""

    name: str
    index: int
    v4: tuple[IPv4Address, ...]
    v6: tuple[IPv6Address, ...]

    @property
    def announced(self) -> tuple[Address, ...]:
        """The addresses for others: a link-local one only where there is no better one of its kind."""
        return (
            *([one for one in self.v4 if not one.is_link_local] or self.v4),
            *([one for one in self.v6 if not one.is_link_local] or self.v6),
        )


def senders(networks: Iterable[Interface]) -> list[str | int]:
    """Where zeroconf is to listen and send: one address of each kind for each network.

    A link-local address may be that of two networks, as a VLAN has its card's: then the network's number stands
    for it. zeroconf takes any IPv6 address of that, one that is not usable yet too, so this comes second.
    """
    found: list[str | int] = []
    for network in networks:
        found += [str(one) for one in network.v4[:1]]
        for one in sorted(network.v6, key=lambda address: not address.is_link_local)[:1]:
            found.append(network.index if str(one) in found else str(one))
    return found


def interfaces(wanted: Sequence[str] = ()) -> tuple[Interface, ...]:
    """Those that are up, carry multicast and have an address: the named ones, or all that leave this machine."""
    import ifaddr  # zeroconf has it in memory; psutil would be 1.5 MB more

    passing = _passing_addresses()
    found = []
    for adapter in ifaddr.get_adapters():
        name = adapter.name
        if name not in wanted if wanted else _OF_CONTAINERS.match(name):
            continue
        if _flags(name) & _JUDGED != _NEEDED:
            continue
        known = [ip_address(one.ip if isinstance(one.ip, str) else one.ip[0]) for one in adapter.ips]
        v4 = tuple(sorted(one for one in known if isinstance(one, IPv4Address)))
        v6 = tuple(sorted(one for one in known if isinstance(one, IPv6Address) and one not in passing))
        with suppress(OSError):  # it is gone again
            if v4 or v6:
                found.append(Interface(name, socket.if_nametoindex(name), v4, v6))
    return tuple(found)


def hardware() -> str:
    """The address of a network card, for telling apart two machines that are copies of each other; or empty."""
    names = (name for _, name in socket.if_nameindex() if not _OF_CONTAINERS.match(name))
    cards = {card for name in names if (card := _hardware_of(name)).strip("0:")}
    # IEEE 802, the bit of locally administered addresses: those are random for some drivers.
    burnt_in = [card for card in cards if not int(card.partition(":")[0], 16) & 2]
    return min(burnt_in or cards, default="")


def _flags(name: str) -> int:
    return int(struct.unpack_from("16xH", _asked(name, _SIOCGIFFLAGS))[0])


def _hardware_of(name: str) -> str:
    """`02:42:ac:11:00:02`."""
    return struct.unpack_from("18x6s", _asked(name, _SIOCGIFHWADDR))[0].hex(":")  # type: ignore[no-any-return]


def _asked(name: str, question: int) -> bytes:
    """The kernel's answer about an interface, a struct ifreq; zeros when it is gone again."""
    request = struct.pack("16s24x", name.encode())
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            return fcntl.ioctl(sock, question, request)
    except OSError:
        return bytes(len(request))


def _passing_addresses() -> set[IPv6Address]:
    """IPv6 addresses that are not usable yet, or not for long: privacy extensions change theirs every day."""
    try:
        lines = IF_INET6.read_text().splitlines()
    except OSError:
        return set()  # a machine without IPv6
    fields = [line.split() for line in lines]
    return {IPv6Address(int(address, 16)) for address, _, _, _, flags, _ in fields if int(flags, 16) & _PASSING}


@contextmanager
def watching(changed: Callable[[], None]) -> Iterator[bool]:
    """Call `changed` on the event loop when an interface or an address comes or goes; False where nobody tells.

    What changed is not read from the kernel's messages: they may be lost, and looking costs a millisecond.
    """
    loop = asyncio.get_running_loop()
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    try:
        sock = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
    except (OSError, AttributeError) as error:
        log.debug("changes of the network are looked for, not told: %s", error)
        yield False
        return
    with sock:
        sock.bind((0, _CHANGES))

        def drain() -> None:
            with suppress(BlockingIOError):
                while True:
                    with suppress(InterruptedError):
                        _receive(sock)
            changed()

        loop.add_reader(sock, drain)
        try:
            yield True
        finally:
            loop.remove_reader(sock)


def _receive(sock: socket.socket) -> None:
    try:
        sock.recv(65536)
    except BlockingIOError:
        raise
    except OSError as error:  # ENOBUFS: messages were lost, so something changed
        log.debug("the kernel's messages about the network: %s", error)

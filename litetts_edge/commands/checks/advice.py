"""What to do about each problem of the broker link and the state topic; docs/troubleshooting.md has them all."""

from __future__ import annotations

from litetts_edge.mqtt.topics import Topics
from litetts_edge.settings.schema import Settings

TABLE = "docs/troubleshooting.md explains every code."
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
OF_ACCESS = frozenset({"self_test_failed", "subscription_refused"})

_ONE_CLIENT_ID = ("Two programs use one client id: give each a mqtt.client_id (or a node.id) of its own.",)

OF_LINK: dict[str, tuple[str, ...]] = {
    "host_not_found": (
        "Is {host!r} spelled right (mqtt.host)? Try `getent hosts {host}`, or the broker's IP address.",
    ),
    "not_authorized": (
        "Are mqtt.username and the first line of mqtt.password_file right? Try them:"
        " `mosquitto_sub -h {host} -p {port} -u {user} -P … -t '$SYS/broker/version' -C 1`.",
        "On a mosquitto of your own: `sudo mosquitto_passwd /etc/mosquitto/passwd {user}` sets a new password,"
        " `sudo systemctl restart mosquitto` makes it known.",
    ),
    "tls_untrusted": (
        "Set mqtt.tls.ca_file to the certificate of the authority that signed the broker's, and mqtt.host to the",
        "name in it. Look: `openssl s_client -showcerts -connect {host}:{port} </dev/null`.",
        "If the certificate seems expired or not valid yet: is the clock right (above)?",
    ),
    "tls_failed": (
        "Does the broker speak TLS on port {port}? Usually 8883 does (mqtt.port), and 1883 is plain"
        " (mqtt.tls.enabled: false).",
    ),
    "tls_files": (
        "mqtt.tls.ca_file, cert_file and key_file must be PEM files that the daemon may read, and the key must"
        " belong to the certificate.",
    ),
    "unsupported_protocol": ("Set mqtt.protocol: auto; the broker has to know MQTT 5 or 3.1.1.",),
    "client_id_rejected": ("Set mqtt.client_id to one that the broker's rules allow.",),
    "client_id_in_use": _ONE_CLIENT_ID,
    "link_unstable": _ONE_CLIENT_ID,
    "link_lost": ("The network or the broker goes away. The broker's log: `journalctl -u mosquitto -e`.",),
    "broker_refused": ("The broker's log says why: `journalctl -u mosquitto -e`.",),
}
"""Lines for a problem of the link that depend on nothing but {host}, {port} and {user}."""

OF_STATE: dict[str, tuple[str, ...]] = {
    "no_audio_device": ("See the lines about audio. The daemon goes on looking: no restart is needed.",),
    "bad_settings": ("The settings were changed, but not taken over: mend what stands above, then reload.",),
    "restart_needed": ("A changed setting is felt after `sudo systemctl restart litetts-edge`.",),
}
"""Lines for a problem that a running daemon publishes in its state topic."""


def broker_advice(code: str, settings: Settings, topics: Topics) -> tuple[str, ...]:
    """Lines for a problem of the link; `code` as in Link.problem."""
    mqtt = settings.mqtt
    if code == "broker_unreachable":
        return _unreachable(settings)
    if code in OF_ACCESS:
        return (
            "Add these lines to the file that acl_file names in mosquitto's configuration, then"
            " `sudo systemctl reload mosquitto`:",
            *(f"  {line}" for line in acl_lines(mqtt.username, topics)),
        )
    if code == "not_authorized" and not mqtt.username:
        return (
            "The broker wants a name and a password: set mqtt.username and mqtt.password_file.",
            "On a mosquitto of your own: `sudo mosquitto_passwd /etc/mosquitto/passwd litetts` makes them.",
        )
    lines = OF_LINK.get(code, (TABLE,))
    if code == "host_not_found" and mqtt.host.endswith(".local"):
        lines += ("Names in .local are found by mDNS: `sudo apt install libnss-mdns`.",)
    return tuple(line.format(host=mqtt.host, port=mqtt.port, user=mqtt.username) for line in lines)


def _unreachable(settings: Settings) -> tuple[str, ...]:
    mqtt = settings.mqtt
    lines = [f"Is a broker there? `nc -vz {mqtt.host} {mqtt.port}`; see mqtt.host and mqtt.port."]
    if mqtt.host in LOCAL:
        lines.append("A broker of your own: `sudo apt install mosquitto`, `sudo systemctl start mosquitto`.")
    else:
        lines.append(
            "mosquitto 2 is heard on its own machine only, until its configuration says `listener 1883` and"
            " who may come in (`password_file …`, or `allow_anonymous true`)."
        )
    if mqtt.port == 8883 and not mqtt.tls.enabled:
        lines.append("Port 8883 is usually encrypted: set mqtt.tls.enabled: true.")
    return tuple(lines)


def acl_lines(username: str, topics: Topics) -> tuple[str, ...]:
    """What mosquitto's acl_file has to say for this node (mosquitto.conf(5), acl_file)."""
    who = (f"user {username}",) if username else ()  # lines above the first `user` are for anonymous clients
    groups = (f"topic read {topics.base}/group/{group}/#" for group in topics.groups)
    return (
        *who,
        f"topic readwrite {topics.base}/{topics.node}/#",
        f"topic read {topics.base}/all/#",
        *groups,
        f"topic readwrite {topics.base}/client/#",
    )


def state_advice(code: str) -> tuple[str, ...]:
    """Lines for a problem that a running daemon publishes in its state topic."""
    return OF_STATE.get(code, (TABLE,))

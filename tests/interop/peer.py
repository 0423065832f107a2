"""The other side of the interoperability tests: one socket of pyzmq's, and one role for it.

    peer.py TYPE bind|connect ADDRESS ROLE COUNT OPTIONS

TYPE is a socket's type as libzmq calls it, or TCP for a plain one of the system's. OPTIONS is a JSON
object with the names that our own options have; {"hex": "…"} stands for bytes.

First it prints the address to which it is bound, or "connected". Then it plays its role, and prints
what it has to say of it. It ends when its standard input ends. Whatever takes too long is an error.

peer.mjs does the same with zeromq.js.
"""

import hashlib
import json
import select
import socket as system
import struct
import sys

import zmq
from zmq.auth.thread import ThreadAuthenticator

PATIENCE = 15_000

OPTIONS = {
    "sendHighWaterMark": zmq.SNDHWM,
    "receiveHighWaterMark": zmq.RCVHWM,
    "routingId": zmq.ROUTING_ID,
    "probeRouter": zmq.PROBE_ROUTER,
    "plainServer": zmq.PLAIN_SERVER,
    "plainUsername": zmq.PLAIN_USERNAME,
    "plainPassword": zmq.PLAIN_PASSWORD,
    "curveServer": zmq.CURVE_SERVER,
    "curvePublicKey": zmq.CURVE_PUBLICKEY,
    "curveSecretKey": zmq.CURVE_SECRETKEY,
    "curveServerKey": zmq.CURVE_SERVERKEY,
}

SIZES = [0, 1, 7, 32, 33, 34, 35, 64, 255, 256, 1000, 4096, 4097, 8192, 0]


def messages(count):
    """Messages of one to four parts of all kinds of sizes, then one with a part of 3 MB."""
    for number in range(count - 1):
        yield [
            bytes([(number + 31 * part) & 0xFF]) * SIZES[(number + 4 * part) % len(SIZES)]
            for part in range(1 + number % 4)
        ]
    yield [b"large", bytes(range(256)) * 12288, b""]


class Digest:
    """A hash of messages, their order, and where their parts begin and end."""

    def __init__(self):
        self.hash = hashlib.sha256()

    def add(self, message):
        self.hash.update(struct.pack(">I", len(message)))
        for part in message:
            self.hash.update(struct.pack(">I", len(part)))
            self.hash.update(part)

    def hex(self):
        return self.hash.hexdigest()


def say(text):
    print(text, flush=True)


def told():
    """The next line of standard input; empty at its end."""
    return sys.stdin.readline().strip()


def send(socket, count):
    """Sends messages, and says what they were."""
    digest = Digest()
    for message in messages(count):
        socket.send_multipart(message)
        digest.add(message)
    say(digest.hex())


def receive(socket, count):
    """Receives so many messages, and says what they were. What a ROUTER puts before them doesn't count."""
    digest = Digest()
    for _ in range(count):
        message = socket.recv_multipart()
        digest.add(message[1:] if socket.type == zmq.ROUTER else message)
    say(digest.hex())


def receive_when_told(socket, _count):
    """Receives nothing until it's told how many messages."""
    receive(socket, int(told()))


def subscribe_when_told(socket, count):
    """Subscribes, but takes nothing until it's told to; then says what came up to the end.

    That is numbered messages of so many bytes.
    """
    socket.subscribe(b"")
    told()
    numbers = []
    while (message := socket.recv_multipart()) != [b"end"]:
        number, body = message
        if len(body) != count:
            sys.exit(f"a message of {len(body)} bytes")
        numbers.append(int(number))
    say(json.dumps(numbers))


def echo_when_told(socket, count):
    """Answers no one until it's told to."""
    told()
    echo(socket, count)


def fill(socket, count):
    """Sends messages of so many bytes until it can't, says how many it were, and when it could go on."""
    message = bytes(count)
    number = 0
    while socket.poll(200, zmq.POLLOUT):
        socket.send(message, zmq.DONTWAIT)
        number += 1
        if number == 1000:
            sys.exit("it never had to wait")
    say(str(number))
    if not socket.poll(PATIENCE, zmq.POLLOUT):
        sys.exit("it never became writable again")
    say("writable")


def echo(socket, _count):
    """Sends everything back, until standard input ends. A ROUTER says first whom it has heard of."""
    if socket.type == zmq.ROUTER:
        message = socket.recv_multipart()
        say(message[0].hex())
        socket.send_multipart(message)
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(sys.stdin, zmq.POLLIN)
    while True:
        ready = dict(poller.poll(PATIENCE))
        if socket in ready:
            socket.send_multipart(socket.recv_multipart())
        elif ready:
            break


def echo_stream(socket, count):
    """Sends so many bytes back. A STREAM's empty messages say that the other side has come or gone."""
    while count > 0:
        peer, data = socket.recv_multipart()
        if data:
            socket.send_multipart([peer, data])
            count -= len(data)


def echo_bytes(connection, _count):
    """Sends everything back over plain TCP until the other side has ended, and says so."""
    while data := connection.recv(65536):
        connection.sendall(data)
    connection.close()
    say("closed")


def ask(socket, count, envelope=()):
    """Sends one message at a time, whose echo must be the same, and says what they were."""
    digest = Digest()
    for message in messages(count):
        socket.send_multipart([*envelope, *message])
        answer = socket.recv_multipart()
        if answer != [*envelope, *message]:
            sys.exit(f"the echo of {len(message)} parts differs")
        digest.add(message)
    say(digest.hex())


def ask_replier(socket, count):
    """The same of a REP, to which a REQ's empty part must come first."""
    ask(socket, count, [b""])


def publish(socket, count):
    """Publishes under two topics, once a subscriber has said that its subscriptions have arrived.

    A PUB doesn't see subscriptions, so it announces itself until it is told of one.
    """
    while not select.select([sys.stdin], [], [], 0.001)[0]:
        socket.send(b"ready?")
    publish_topics(socket, count)


def publish_to_known(socket, count):
    """The same for an XPUB, which does see them: says what it saw, before and after."""
    say(socket.recv().hex())
    say(socket.recv().hex())
    socket.send(b"ready?")
    publish_topics(socket, count)
    say(socket.recv().hex())


def publish_topics(socket, count):
    digest = Digest()
    for number, message in enumerate(messages(count)):
        topic = b"odd" if number % 2 else b"even"
        socket.send_multipart([topic, *message])
        if topic == b"even":
            digest.add([topic, *message])
    socket.send(b"even.end")
    say(digest.hex())


def subscribe(socket, _count):
    """Subscribes by a prefix, says when the first announcement came, then what came until the end."""
    change(socket, True, b"ev")
    change(socket, True, b"ready?")  # the last one: when it has arrived, so has the other
    socket.recv()
    say("subscribed")
    digest = Digest()
    while True:
        message = socket.recv_multipart()
        if message[0] == b"even.end":
            break
        if message[0] != b"ready?":
            digest.add(message)
    change(socket, False, b"ev")
    say(digest.hex())


def change(socket, subscribed, topic):
    """Changes a subscription, in the way of the socket's type."""
    if socket.type == zmq.XSUB:
        socket.send(bytes([subscribed]) + topic)
    elif subscribed:
        socket.subscribe(topic)
    else:
        socket.unsubscribe(topic)


ROLES = {
    "send": send,
    "receive": receive,
    "receive-when-told": receive_when_told,
    "subscribe-when-told": subscribe_when_told,
    "echo-when-told": echo_when_told,
    "fill": fill,
    "echo": echo,
    "echo-stream": echo_stream,
    "echo-bytes": echo_bytes,
    "ask": ask,
    "ask-replier": ask_replier,
    "publish": publish,
    "publish-to-known": publish_to_known,
    "subscribe": subscribe,
}


def plain_tcp(verb, address):
    """A connection without ZeroMQ. Says the same first as a socket does."""
    if verb == "connect":
        host, port = address.removeprefix("tcp://").split(":")
        connection = system.create_connection((host, int(port)), PATIENCE / 1000)
        say("connected")
        return connection
    listener = system.create_server(("127.0.0.1", 0))
    say(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    connection, _ = listener.accept()
    return connection


def as_bytes(value):
    """An option's value as pyzmq wants it."""
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return value.encode() if isinstance(value, str) else int(value)


def main():
    kind, verb, address, role, count, options = sys.argv[1:]
    if kind == "TCP":
        ROLES[role](plain_tcp(verb, address), int(count))
        sys.stdin.read()
        return
    context = zmq.Context()
    socket = context.socket(getattr(zmq, kind))
    socket.RCVTIMEO = socket.SNDTIMEO = PATIENCE
    options = json.loads(options)
    for name, value in options.items():
        socket.set(OPTIONS[name], as_bytes(value))
    authenticator = None
    if options.get("plainServer"):  # without a handler it admits no one
        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.configure_plain("*", {"ada": "lovelace"})
    getattr(socket, verb)(address)
    say(socket.LAST_ENDPOINT.decode() if verb == "bind" else "connected")
    ROLES[role](socket, int(count))
    sys.stdin.read()
    if authenticator is not None:
        authenticator.stop()
    context.destroy(linger=PATIENCE)


main()

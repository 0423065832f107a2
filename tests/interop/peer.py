"""The other side of the interoperability tests: one socket of pyzmq's, and one role for it.

    peer.py TYPE bind|connect ADDRESS ROLE [COUNT] [OPTION=VALUE ...]

First it prints the address to which it is bound, or "connected". Then it plays its role, and prints
what it has to say of it. It ends when its standard input ends. Whatever takes too long is an error.
"""

import hashlib
import select
import struct
import sys

import zmq

PATIENCE = 30_000

SIZES = [0, 1, 7, 32, 33, 34, 35, 64, 255, 256, 1000, 4096, 4097, 8192, 0]


def messages(count):
    """Messages of one to four parts of all kinds of sizes, then one with a part of 1 MB."""
    for number in range(count - 1):
        yield [
            bytes([(number + 31 * part) & 0xFF]) * SIZES[(number + 4 * part) % len(SIZES)]
            for part in range(1 + number % 4)
        ]
    yield [b"large", bytes(range(256)) * 4096, b""]


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


def send(socket, count):
    """Sends messages, and says what they were."""
    digest = Digest()
    for message in messages(count):
        socket.send_multipart(message)
        digest.add(message)
    say(digest.hex())


def receive(socket, count):
    """Receives so many messages, and says what they were."""
    digest = Digest()
    for _ in range(count):
        digest.add(socket.recv_multipart())
    say(digest.hex())


def echo(socket, _count):
    """Sends everything back, until standard input ends."""
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


def ask(socket, count):
    """Sends one message at a time, whose echo must be the same, and says what they were."""
    digest = Digest()
    for message in messages(count):
        socket.send_multipart(message)
        answer = socket.recv_multipart()
        if answer != message:
            sys.exit(f"the echo of {len(message)} parts differs")
        digest.add(answer)
    say(digest.hex())


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
    "echo": echo,
    "echo-stream": echo_stream,
    "ask": ask,
    "publish": publish,
    "publish-to-known": publish_to_known,
    "subscribe": subscribe,
}


def main():
    kind, verb, address, role, count, *options = sys.argv[1:]
    context = zmq.Context()
    socket = context.socket(getattr(zmq, kind))
    socket.RCVTIMEO = socket.SNDTIMEO = PATIENCE
    for option in options:
        name, value = option.split("=")
        socket.set(getattr(zmq, name), int(value) if value.isdigit() else value.encode())
    getattr(socket, verb)(address)
    say(socket.LAST_ENDPOINT.decode() if verb == "bind" else "connected")
    ROLES[role](socket, int(count))
    sys.stdin.read()
    context.destroy(linger=PATIENCE)


main()

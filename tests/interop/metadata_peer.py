"""The other side of the tests of message metadata: what pyzmq reads of us, and what it says of itself.

    metadata_peer.py read NONE|PLAIN|CURVE [NAME ...]
        A PULL behind pyzmq's authenticator. It prints its address and keys, then of each message the
        properties with those names. It ends when its standard input does.

    metadata_peer.py send ADDRESS [OPTION=VALUE ...]
        A PUSH with these options, which sends one message. It prints whether it was let in.
"""

import json
import sys

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

PATIENCE = 30_000


def say(value):
    print(json.dumps(value), flush=True)


def read(context, mechanism, *names):
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    authenticator.configure_plain("test", {"ada": "lovelace"})
    authenticator.configure_curve("test", zmq.auth.CURVE_ALLOW_ANY)
    socket = context.socket(zmq.PULL)
    socket.RCVTIMEO = PATIENCE
    socket.ZAP_DOMAIN = b"test"
    keys = {}
    if mechanism == "PLAIN":
        socket.PLAIN_SERVER = True
    elif mechanism == "CURVE":
        public, secret = zmq.curve_keypair()
        socket.CURVE_SERVER = True
        socket.CURVE_SECRETKEY = secret
        client_public, client_secret = zmq.curve_keypair()
        keys = {
            "serverKey": public.decode(),
            "publicKey": client_public.decode(),
            "secretKey": client_secret.decode(),
        }
    socket.bind("tcp://127.0.0.1:*")
    say({"address": socket.LAST_ENDPOINT.decode(), **keys})
    for _ in sys.stdin:
        frame = socket.recv(copy=False)
        say({name: property_of(frame, name) for name in names})
    authenticator.stop()


def property_of(frame, name):
    try:
        return frame.get(name)
    except zmq.ZMQError:
        return None


def send(context, address, *options):
    socket = context.socket(zmq.PUSH)
    socket.SNDTIMEO = PATIENCE
    for option in options:
        name, value = option.split("=", 1)
        socket.set(getattr(zmq, name), value.encode())
    ends = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    monitor = socket.get_monitor_socket(ends)
    monitor.RCVTIMEO = PATIENCE
    socket.connect(address)
    succeeded = recv_monitor_message(monitor)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
    say(succeeded)
    if succeeded:
        socket.send(b"hello")
    sys.stdin.read()
    socket.close(PATIENCE if succeeded else 0)


def main():
    role, *arguments = sys.argv[1:]
    context = zmq.Context()
    {"read": read, "send": send}[role](context, *arguments)
    context.destroy(linger=0)


main()

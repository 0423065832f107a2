"""The other side of the tests of security: pyzmq's authenticator and certificates.

    security_peer.py certificates FOLDER NAME ...
        Makes a certificate for each name.

    security_peer.py load FILE
        Prints the keys of a certificate.

    security_peer.py serve NULL|PLAIN|CURVE ADDRESSES [OWN_CERTIFICATE CLIENTS_FOLDER]
        A PULL behind pyzmq's authenticator, which lets in these addresses only (separated by commas). It
        prints its address, then each message with its sender's user id, until its standard input ends.

    security_peer.py send ADDRESS NULL
    security_peer.py send ADDRESS PLAIN NAME PASSWORD
    security_peer.py send ADDRESS CURVE OWN_CERTIFICATE SERVERS_CERTIFICATE
        A PUSH that sends one message. It prints whether it was let in.
"""

import json
import sys

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

PATIENCE = 30_000
DOMAIN = "test"


def say(value):
    print(json.dumps(value), flush=True)


def certificates(_context, folder, *names):
    for name in names:
        zmq.auth.create_certificates(folder, name, metadata={"name": name})


def load(_context, file):
    say([key and key.decode() for key in zmq.auth.load_certificate(file)])


def serve(context, mechanism, addresses, own=None, clients=None):
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    authenticator.allow(*addresses.split(","))
    authenticator.configure_plain(DOMAIN, {"ada": "lovelace"})
    if clients is not None:
        authenticator.configure_curve(DOMAIN, clients)
    socket = context.socket(zmq.PULL)
    socket.ZAP_DOMAIN = DOMAIN.encode()
    if mechanism == "PLAIN":
        socket.PLAIN_SERVER = True
    elif mechanism == "CURVE":
        socket.CURVE_SERVER = True
        socket.CURVE_PUBLICKEY, socket.CURVE_SECRETKEY = zmq.auth.load_certificate(own)
    socket.bind("tcp://127.0.0.1:*")
    say(socket.LAST_ENDPOINT.decode())
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(sys.stdin, zmq.POLLIN)
    while True:
        ready = dict(poller.poll(PATIENCE))
        if socket in ready:
            frame = socket.recv(copy=False)
            say([bytes(frame).decode(), frame.get("User-Id")])
        elif ready:
            break
    authenticator.stop()


def send(context, address, mechanism, *credentials):
    socket = context.socket(zmq.PUSH)
    if mechanism == "PLAIN":
        socket.PLAIN_USERNAME, socket.PLAIN_PASSWORD = [one.encode() for one in credentials]
    elif mechanism == "CURVE":
        own, server = credentials
        socket.CURVE_PUBLICKEY, socket.CURVE_SECRETKEY = zmq.auth.load_certificate(own)
        socket.CURVE_SERVERKEY, _ = zmq.auth.load_certificate(server)
    monitor = socket.get_monitor_socket()
    socket.connect(address)
    while True:
        if not monitor.poll(PATIENCE):
            sys.exit("nothing came of the handshake")
        event = recv_monitor_message(monitor)["event"]
        if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            socket.send(b"from pyzmq")
            socket.close(linger=PATIENCE)
            return say("let in")
        if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            socket.close(linger=0)
            return say("refused")


def main():
    name, *arguments = sys.argv[1:]
    context = zmq.Context()
    {"certificates": certificates, "load": load, "serve": serve, "send": send}[name](
        context, *arguments
    )
    context.destroy(linger=PATIENCE)


main()

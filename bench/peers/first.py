"""pyzmq's program of one message. Its argument says between what it goes."""

import sys

import zmq

ADDRESS = "tcp://127.0.0.1:*"


def pair(context, bound, connected):
    bound = context.socket(bound)
    bound.bind(ADDRESS)
    connected = context.socket(connected)
    connected.connect(bound.getsockopt_string(zmq.LAST_ENDPOINT))
    return bound, connected


def push_pull(context):
    pull, push = pair(context, zmq.PULL, zmq.PUSH)
    push.send(b"x")
    pull.recv()
    return pull, push


def request_reply(context):
    reply, request = pair(context, zmq.REP, zmq.REQ)
    request.send(b"x")
    reply.recv()
    reply.send(b"y")
    request.recv()
    return reply, request


def poller(context):
    pull, push = pair(context, zmq.PULL, zmq.PUSH)
    poller = zmq.Poller()
    poller.register(pull, zmq.POLLIN)
    push.send(b"x")
    poller.poll()
    pull.recv(zmq.NOBLOCK)
    return pull, push


context = zmq.Context()
for socket in {"push-pull": push_pull, "request-reply": request_reply, "poller": poller}[sys.argv[1]](
    context
):
    socket.close()
context.term()

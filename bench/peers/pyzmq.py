"""pyzmq in the same roles; MODE "asyncio" takes its asyncio sockets."""

import asyncio
import json
import os
import struct
import sys
import time

import zmq
import zmq.asyncio

_, role, address, size, parts, hwm, chunk, warm, seconds, mode, many = sys.argv
size, parts, hwm, chunk, many = int(size), int(parts), int(hwm), int(chunk), int(many)
warm, seconds = float(warm), float(seconds)
payload = bytes(i * 7 + 1 & 255 for i in range(size))


def tell(what, text):
    print(what, text, flush=True)


def finish(result):
    tell("result", json.dumps(result))
    os._exit(0)


class Meter:
    """Counts messages from the end of the warm-up on, until the time is over."""

    def __init__(self):
        self.left, self.count, self.first, self.begin, self.cpu = chunk, 0, 0, 0, 0

    def mark(self):
        now = time.perf_counter()
        self.left = chunk
        self.count += chunk
        if self.first == 0:
            self.first = now
        if self.begin == 0:
            if now - self.first < warm:
                return
            self.begin, self.cpu, self.count = now, time.process_time(), 0
        elif now - self.begin >= seconds:
            cpu = (time.process_time() - self.cpu) * 1e9 / self.count
            finish({"rate": self.count / (now - self.begin), "cpu": cpu})


def times_of(times):
    times.sort()
    return {
        "median": times[len(times) // 2] * 1e6,
        "p99": times[int(len(times) * 0.99)] * 1e6,
        "count": len(times),
    }


def opened(context, kind):
    socket = context.socket(kind)
    socket.setsockopt(zmq.SNDHWM, hwm)
    socket.setsockopt(zmq.RCVHWM, hwm)
    return socket


def bound(context, kind):
    socket = opened(context, kind)
    socket.bind(address)
    tell("endpoint", socket.getsockopt_string(zmq.LAST_ENDPOINT))
    return socket


def connected(context, kind):
    socket = opened(context, kind)
    socket.connect(address)
    return socket


def receive():
    socket = bound(zmq.Context(), zmq.PULL)
    take = socket.recv if parts == 1 else socket.recv_multipart
    meter, total = Meter(), 0
    while True:
        for _ in range(chunk):
            total ^= len(take())
        meter.mark()


def send():
    socket = connected(zmq.Context(), zmq.PUSH)
    message = [payload] * parts
    if mode == "fresh":
        while True:
            socket.send(bytearray(payload))
    if parts == 1:
        while True:
            socket.send(payload)
    while True:
        socket.send_multipart(message)


def ping():
    socket = connected(zmq.Context(), zmq.REQ)
    times, begins = [], time.perf_counter() + warm
    now = 0
    while now < begins + seconds:
        begin = time.perf_counter()
        socket.send(payload)
        socket.recv()
        now = time.perf_counter()
        if now > begins:
            times.append(now - begin)
    finish(times_of(times))


def load():
    """PULL: the CPU time that waiting for few messages takes, in percent of a core."""
    socket = bound(zmq.Context(), zmq.PULL)
    timeout = int(seconds * 1000) if many == 0 else 20
    socket.setsockopt(zmq.RCVTIMEO, timeout)

    def take():
        try:
            socket.recv()
            return 1
        except zmq.Again:
            return 0

    start = time.perf_counter() + warm
    while many > 0 and time.perf_counter() < start:
        take()
    begin, cpu, count = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() < begin + seconds:
        count += take()
    taken = time.perf_counter() - begin
    finish({"load": (time.process_time() - cpu) / taken * 100, "rate": count / taken})


class Delays:
    """Collects how long messages were under way that come at a fixed rate, and the CPU time meanwhile."""

    def __init__(self):
        self.times, self.warm, self.begin, self.cpu = [], time.monotonic() + warm, 0, 0

    def take(self, frame):
        now = time.monotonic()
        if now < self.warm:
            return
        if self.begin == 0:
            self.begin, self.cpu = now, time.process_time()
        if now < self.begin + seconds:
            self.times.append(now - struct.unpack_from("<d", frame)[0])
            return
        load = (time.process_time() - self.cpu) / (now - self.begin) * 100
        count = len(self.times)
        self.times.sort()
        shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
        found = {name: self.times[int(count * share)] * 1e6 for name, share in shares.items()}
        finish({**found, "load": load, "count": count})


def latency():
    """PULL: how long messages were under way that come at a fixed rate."""
    socket = bound(zmq.Context(), zmq.PULL)
    delays = Delays()
    while True:
        delays.take(socket.recv())


async def latency_asyncio():
    socket = bound(zmq.asyncio.Context(), zmq.PULL)
    delays = Delays()
    while True:
        delays.take(await socket.recv())


async def receive_asyncio():
    socket = bound(zmq.asyncio.Context(), zmq.PULL)
    take = socket.recv if parts == 1 else socket.recv_multipart
    meter, total = Meter(), 0
    while True:
        for _ in range(chunk):
            total ^= len(await take())
        meter.mark()


async def send_asyncio():
    socket = connected(zmq.asyncio.Context(), zmq.PUSH)
    while True:
        if parts == 1:
            await socket.send(payload)
        else:
            await socket.send_multipart([payload] * parts)


async def ping_asyncio():
    socket = connected(zmq.asyncio.Context(), zmq.REQ)
    times, begins = [], time.perf_counter() + warm
    now = 0
    while now < begins + seconds:
        begin = time.perf_counter()
        await socket.send(payload)
        await socket.recv()
        now = time.perf_counter()
        if now > begins:
            times.append(now - begin)
    finish(times_of(times))


if mode == "asyncio":
    roles = {"receive": receive_asyncio, "send": send_asyncio, "ping": ping_asyncio}
    asyncio.run({**roles, "latency": latency_asyncio}[role]())
else:
    {"receive": receive, "send": send, "ping": ping, "load": load, "latency": latency}[role]()

"""A person with an XMPP client: prints what comes, sends each line of standard input. Arguments: port, account, to whom."""

import asyncio
import sys

import slixmpp

port, account, to = sys.argv[1:]


class Person(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(account, "secret")
        self["feature_mechanisms"].unencrypted_scram = True
        self.online = asyncio.Event()
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("disconnected", self.gone)
        self.add_event_handler("message", lambda message: print(message["body"], flush=True))

    def reach(self):
        self._connect_loop_wait = 0  # it would wait longer after each failure
        self.connect(("127.0.0.1", int(port)), force_starttls=False, disable_starttls=True)

    async def started(self, _event):
        self.send_presence()
        self.online.set()
        print("online", flush=True)

    def gone(self, _event):
        self.online.clear()
        asyncio.get_event_loop().call_later(0.1, self.reach)


person = Person()
person.reach()


async def chat():
    reader = asyncio.StreamReader()
    await person.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        await person.online.wait()
        person.send_message(mto=to, mbody=line.decode().rstrip("\n"), mtype="chat")


person.loop.create_task(chat())
person.loop.run_forever()

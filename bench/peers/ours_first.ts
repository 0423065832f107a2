/** A program of one message, of which the start and the end are what takes time. Its argument says between what. */

import { Poller, Pull, Push, Reply, Request } from "../../mod.ts";

const ADDRESS = "tcp://127.0.0.1:*";

const PROGRAMS: Record<string, () => Promise<void>> = {
  async "push-pull"() {
    using pull = new Pull();
    using push = new Push();
    push.connect(await pull.bind(ADDRESS));
    await push.send("x");
    await pull.receive();
  },
  async "request-reply"() {
    using reply = new Reply();
    using request = new Request();
    request.connect(await reply.bind(ADDRESS));
    await request.send("x");
    await reply.receive();
    await reply.send("y");
    await request.receive();
  },
  async poller() {
    using pull = new Pull();
    using push = new Push();
    using poller = new Poller();
    poller.add(pull);
    push.connect(await pull.bind(ADDRESS));
    await push.send("x");
    await poller.wait();
    pull.tryReceive();
  },
};

await PROGRAMS[Deno.args[0]]();

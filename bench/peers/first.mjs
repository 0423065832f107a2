// zeromq.js's program of one message, on Node. The variable ZEROMQ says what to import, the argument between what it goes.

const { argv, env } = globalThis.process;
const zmq = (await import(env.ZEROMQ)).default;

const ADDRESS = "tcp://127.0.0.1:*";

const PROGRAMS = {
  async "push-pull"() {
    const pull = new zmq.Pull();
    const push = new zmq.Push();
    await pull.bind(ADDRESS);
    push.connect(pull.lastEndpoint);
    await push.send("x");
    await pull.receive();
    pull.close();
    push.close();
  },
  async "request-reply"() {
    const reply = new zmq.Reply();
    const request = new zmq.Request();
    await reply.bind(ADDRESS);
    request.connect(reply.lastEndpoint);
    await request.send("x");
    await reply.receive();
    await reply.send("y");
    await request.receive();
    reply.close();
    request.close();
  },
};

await PROGRAMS[argv[2]]();

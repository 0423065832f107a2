// Programs for npm's zeromq, on Node and on Deno, and for the drop-in. The variable ZEROMQ says what to import.

const { argv, env, exit } = globalThis.process;
const imported = await import(env.ZEROMQ);
const zmq = imported.default?.Push ? imported.default : imported;

const ADDRESS = "tcp://127.0.0.1:*";

const PROGRAMS = {
  // Prints when a message has come, from a socket to another.
  async first() {
    const pull = new zmq.Pull();
    const push = new zmq.Push();
    await pull.bind(ADDRESS);
    push.connect(pull.lastEndpoint);
    await push.send("x");
    await pull.receive();
    console.log("first message");
    exit(0);
  },

  // So many requests and replies, between two sockets of one process: how many there were when all are done, or the time
  // is over.
  async trips(many, time) {
    let count = 0;
    const finish = () => {
      console.log(`result ${JSON.stringify({ count })}`);
      exit(0);
    };
    setTimeout(finish, Number(time));
    const reply = new zmq.Reply();
    const request = new zmq.Request();
    await reply.bind(ADDRESS);
    request.connect(reply.lastEndpoint);
    const echo = async () => {
      for await (const message of reply) await reply.send(message);
    };
    echo();
    while (count < Number(many)) {
      await request.send("x");
      await request.receive();
      count++;
    }
    finish();
  },
};

const [, , program, ...rest] = argv;
await PROGRAMS[program](...rest);

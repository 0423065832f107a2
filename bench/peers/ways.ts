/**
 * What `ours_ways.ts` measures, with one copy of the library or another. It's imported once for each, so that V8 compiles
 * it for each.
 */

type Library = typeof import("../../mod.ts");

/** A way: what comes before, and isn't measured, and what handles so many messages. */
export interface Way {
  name: string;
  messages: number;
  first?: (messages: number) => unknown;
  act: (messages: number) => unknown;
}

/** The ways, each over sockets of its own. `copy` tells the copies' addresses apart. */
export async function waysOf({ Poller, Pull, Push }: Library, copy: number): Promise<Way[]> {
  const small = Uint8Array.from({ length: 16 }, (_, i) => i * 7 + 1);
  const large = new Uint8Array(65536).fill(1);
  const parts = [small, small];
  /** What was read, kept small: a larger number would be a new object each time. */
  let sum = 0;

  let pairs = 0;
  const pair = async () => {
    const pull = new Pull({ receiveHighWaterMark: 0 });
    const push = new Push({ sendHighWaterMark: 0 });
    const address = `inproc://ways-${copy}-${++pairs}`;
    await pull.bind(address);
    push.connect(address);
    return { push, pull };
  };
  const look = (message: readonly Uint8Array[] | undefined) => {
    for (const part of message!) sum ^= part.length + part[0];
  };
  const lookInPlace = (bytes: Uint8Array) => sum ^= bytes.length + bytes[0];

  const { push, pull } = await pair();
  const empty = () => pull.visit(() => {});
  const fill = (messages: number, bytes: Uint8Array | Uint8Array[] = small) => {
    for (let i = 0; i < messages; i++) push.trySend(bytes);
  };
  const taking = (messages: number) => {
    for (let i = 0; i < messages; i++) look(pull.tryReceive());
  };
  const watched = await pair();
  const poller = new Poller<typeof pull>();
  poller.add(watched.pull, { key: watched.pull });

  return [
    { name: "trySend", messages: 4000, first: empty, act: fill },
    {
      name: "trySend, a new buffer each",
      messages: 2000,
      first: empty,
      act(messages) {
        for (let i = 0; i < messages; i++) push.trySend(new Uint8Array(small));
      },
    },
    {
      name: "trySend, text",
      messages: 2000,
      first: empty,
      act(messages) {
        for (let i = 0; i < messages; i++) push.trySend("sixteen letters.");
      },
    },
    {
      name: "sendSync",
      messages: 4000,
      first: empty,
      act(messages) {
        for (let i = 0; i < messages; i++) push.sendSync(small);
      },
    },
    {
      name: "await send",
      messages: 2000,
      first: empty,
      async act(messages) {
        for (let i = 0; i < messages; i++) await push.send(small);
      },
    },
    { name: "trySend, two parts", messages: 2000, first: empty, act: (n) => fill(n, parts) },
    { name: "tryReceive", messages: 4000, first: fill, act: taking },
    {
      name: "tryReceive, two parts",
      messages: 2000,
      first: (messages) => fill(messages, parts),
      act: taking,
    },
    {
      name: "tryReceive, 64 KB",
      messages: 50,
      first: (messages) => fill(messages, large),
      act: taking,
    },
    {
      name: "receiveSync",
      messages: 4000,
      first: fill,
      act(messages) {
        for (let i = 0; i < messages; i++) look(pull.receiveSync());
      },
    },
    {
      name: "await receive",
      messages: 2000,
      first: fill,
      async act(messages) {
        for (let i = 0; i < messages; i++) look(await pull.receive());
      },
    },
    {
      name: "for await",
      messages: 2000,
      first: fill,
      async act(messages) {
        for await (const message of pull) {
          look(message);
          if (--messages === 0) break;
        }
      },
    },
    {
      name: "drain",
      messages: 4000,
      first: fill,
      act(messages) {
        for (const message of pull.drain({ limit: messages })) look(message);
      },
    },
    {
      name: "visit",
      messages: 4000,
      first: fill,
      act: (messages) => pull.visit(lookInPlace, { limit: messages }),
    },
    {
      name: "await receive, which waits",
      messages: 200,
      first: empty,
      async act(messages) {
        for (let i = 0; i < messages; i++) {
          const received = pull.receive();
          push.trySend(small);
          look(await received);
        }
      },
    },
    {
      name: "Poller.wait and tryReceive",
      messages: 400,
      first(messages) {
        for (let i = 0; i < messages; i++) watched.push.trySend(small);
      },
      async act(messages) {
        for (let i = 0; i < messages; i++) {
          await poller.wait();
          look(watched.pull.tryReceive());
        }
      },
    },
    {
      name: "Poller.wait, which waits, and tryReceive",
      messages: 100,
      async act(messages) {
        for (let i = 0; i < messages; i++) {
          const ready = poller.wait();
          watched.push.trySend(small);
          await ready;
          look(watched.pull.tryReceive());
        }
      },
    },
  ];
}

/** What pgm's options must not say together is refused where a socket is bound or connected. None gets beyond the refusal. */

import { rejects, throws } from "node:assert/strict";
import { Publisher, type PublisherOptions, Subscriber } from "../../mod.ts";
import * as zeromq from "../../zeromq.ts";
import "../zeromq/support.ts";

const ADDRESSES = ["pgm", "epgm"].map((scheme) => `${scheme}://127.0.0.1;239.192.1.1:5555`);
const LARGEST = 2 ** 31 - 1;
const [RATE, RECOVERY_INTERVAL] = [8, 9];

/** Claims that libzmq isn't bound or connected with these options, however they were set. */
async function areRefused(options: Pick<PublisherOptions, keyof typeof NUMBERS>, message: RegExp) {
  const refusal = { name: "RangeError", message };
  const byNumber = (socket: Publisher | Subscriber) => {
    for (const [name, value] of Object.entries(options)) {
      socket.setOption(NUMBERS[name as keyof typeof NUMBERS], value);
    }
    return socket;
  };
  const byProperty = (socket: Publisher | Subscriber) => Object.assign(socket, options);
  for (const Class of [Publisher, Subscriber]) {
    for (
      const make of [
        () => new Class({ linger: 0, ...options }),
        () => byProperty(new Class({ linger: 0 })),
        () => byNumber(new Class({ linger: 0 })),
      ]
    ) {
      using socket = make();
      for (const address of ADDRESSES) {
        throws(() => socket.connect(address), refusal);
        throws(() => socket.bindSync(address), refusal);
        await rejects(socket.bind(address), refusal);
      }
    }
    const socket = new zeromq[Class.name as "Publisher"]({ linger: 0, ...options });
    try {
      for (const address of ADDRESSES) throws(() => socket.connect(address), refusal);
    } finally {
      socket.close();
    }
  }
}

const NUMBERS = {
  rate: RATE,
  recoveryInterval: RECOVERY_INTERVAL,
  multicastMaxTransportDataUnit: 84,
};

Deno.test("pgm at a rate of less than a packet a second ended the process", async () => {
  await areRefused({ rate: 11 }, /^The rate of 11 kbit\/s must have room for one packet/);
  await areRefused(
    { multicastMaxTransportDataUnit: 12_501 },
    /^The rate of 100 kbit\/s must have room for one packet of multicastMaxTransportDataUnit, 12501 bytes/,
  );
});

Deno.test("pgm with more packets to keep than it can count ended the process", async () => {
  await areRefused(
    { rate: LARGEST, recoveryInterval: 12_001 },
    /^The packets of 1500 bytes that 2147483647 kbit\/s make in recoveryInterval, 12001 ms/,
  );
});

Deno.test("what pgm can do isn't refused: it's libzmq that says whether it has pgm", () => {
  const address = "pgm://nowhere";
  for (
    const options of [
      { rate: 12 },
      { rate: 100, multicastMaxTransportDataUnit: 12_500 },
      { rate: LARGEST, recoveryInterval: 12_000 },
    ]
  ) {
    using socket = new Publisher({ linger: 0, ...options });
    throws(() => socket.connect(address), { name: "ZmqError" });
  }
});

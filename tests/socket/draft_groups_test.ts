/** Radio and Dish. They run where libzmq has them. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { groupBytes } from "../../socket/draft_core.ts";
import { Dish, Radio } from "../../socket/draft.ts";
import { freePortOfUdp } from "../ports.ts";
import { freshAddress, join } from "../util.ts";
import { held, soon } from "../waiting.ts";
import { eachTransportOfDrafts, untilReceived } from "./drafts.ts";
import { sameBytes } from "./support.ts";

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("a Radio and a Dish over UDP", async () => {
    const port = await freePortOfUdp();
    using dish = new Dish();
    dish.join("weather");
    await dish.bind(`udp://127.0.0.1:${port}`);
    using radio = new Radio();
    radio.connect(`udp://127.0.0.1:${port}`);
    const received = held(dish.receive());
    await untilReceived(received, () => radio.send("rain", { group: "weather" }));
    const [text, { group }] = await received;
    assertEquals([String(text), String(group)], ["rain", "weather"]);
  }));

  Deno.test(over("a Dish's groups after the first thousand were dropped silently", async () => {
    using radio = new Radio();
    using dish = new Dish();
    for (let i = 0; i < 1500; i++) dish.join(`${i}`);
    dish.connect(await radio.bind("tcp://127.0.0.1:*"));
    dish.join("last");
    const received = held(dish.receive());
    await untilReceived(received, () => radio.send("rain", { group: "last" }));
    assertEquals(String((await received)[0]), "rain");
  }));

  Deno.test(over("a Dish receives the groups that it has joined, and no others", async () => {
    using radio = new Radio();
    using dish = new Dish();
    dish.join("weather", new Uint8Array([0xff, 0xfe]), "");
    await join(radio, dish, freshAddress("tcp"));
    // Until a join has arrived, messages of its group are dropped.
    const until = async (group: string | Uint8Array) => {
      const wanted = groupBytes(group);
      const timer = setInterval(() => radio.send("sign", { group }), 5);
      try {
        for (;;) {
          const [text, to] = await soon(dish.receive());
          assertEquals(String(text), "sign");
          if (sameBytes(to.group, wanted)) return;
        }
      } finally {
        clearInterval(timer);
      }
    };
    for (const group of ["", new Uint8Array([0xff, 0xfe]), "weather"]) await until(group);
    await radio.send("not for it", { group: "news" });
    await radio.send("for it", { group: "weather" });
    let message;
    do message = await soon(dish.receive()); while (String(message[0]) === "sign");
    assertEquals([String(message[0]), String(message[1].group)], ["for it", "weather"]);
    dish.leave("weather");
    throws(() => dish.leave("weather"), { name: "ZmqError", code: "EINVAL" });
    dish.join("weather");
    throws(() => dish.join("weather"), { name: "ZmqError", code: "EINVAL" });
  }));
}

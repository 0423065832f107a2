/** A process of a soak: sends numbered messages to an address until it's killed. */

import { Push } from "../../mod.ts";
import { Numbered } from "./counts.ts";

const [address, life] = Deno.args;
const push = new Push({ sendHighWaterMark: 100 });
push.connect(address);
for (let i = 0;; i++) await push.send([life, Numbered.message(i)]);

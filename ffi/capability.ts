/** What the library in use was built with. */

import { zmqAsking } from "./libzmq.ts";
import { toCString } from "./memory.ts";

const known = new Map<string, boolean>();

/** Asks once for each name, as `zmq_has` spells it: `"curve"`, but `"WS"`. */
export function has(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = zmqAsking().zmq_has(toCString(name, "A capability")) === 1;
    known.set(name, answer);
  }
  return answer;
}

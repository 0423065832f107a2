/** Names of options: which ones a socket has, and which one was meant by a name that it doesn't have. */

import { nameShown, nearestName } from "../poller/nearest_name.ts";
import { C_NAMES, C_WORDS, RECEIVING, SENDING } from "./options_table.ts";

/** Whether a socket, or a class's prototype, has an option of that name that can be set. */
export function hasOption(socket: object, name: string): boolean {
  for (const at of [socket, ...prototypesOf(socket)]) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property.set !== undefined;
  }
  return false;
}

/** The error for an option that a socket doesn't have. */
export function unknownOption(
  socket: object,
  name: string,
  what: "option" | "property" = "option",
): TypeError {
  const says = `A ${socket.constructor.name} has no ${what} ${nameShown(name)}`;
  const [options, methods] = membersOf(socket);
  const wanted = ourNameOf(name, options);
  if (methods.includes(wanted)) return new TypeError(`${says}: there is a method, ${wanted}()`);
  const option = nearestName(wanted, [...options, ...Object.keys({ ...RECEIVING, ...SENDING })]);
  if (option !== undefined && !options.includes(option)) {
    return new TypeError(`${says}, since it doesn't ${option in RECEIVING ? "receive" : "send"}`);
  }
  if (option !== undefined) return new TypeError(`${says}; did you mean ${option}?`);
  const method = nearestName(wanted, methods);
  return new TypeError(method === undefined ? says : `${says}: there is a method, ${method}()`);
}

/** The name that this library would give to what libzmq, or pyzmq, calls so; the name itself where it's none of theirs. */
function ourNameOf(name: string, options: readonly string[]): string {
  const inC = name.toUpperCase().replace(/^ZMQ_/, "");
  // libzmq 2's and pyzmq's, of both directions.
  if (inC === "HWM" && !options.includes("sendHighWaterMark")) return "receiveHighWaterMark";
  if (Object.hasOwn(C_NAMES, inC)) return C_NAMES[inC];
  const words = inC.split(/_|(?<=^SND|^RCV)/);
  if (!words.some((word) => Object.hasOwn(C_WORDS, word))) return name.replace(/^ZMQ_/i, "");
  return words.map((word) => C_WORDS[word] ?? word).join("");
}

function membersOf(socket: object): [options: string[], methods: string[]] {
  const options: string[] = [];
  const methods: string[] = [];
  for (const at of prototypesOf(socket)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (property.set !== undefined) options.push(name);
      else if (typeof property.value === "function") methods.push(name);
    }
  }
  return [options, methods];
}

function* prototypesOf(socket: object): Generator<object> {
  let at = Object.getPrototypeOf(socket);
  for (; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) yield at;
}

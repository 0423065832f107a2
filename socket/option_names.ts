/** Names of options: which ones a socket has, and which one was meant by a name that it doesn't have. */

import { nearestName } from "../poller/nearest_name.ts";
import { C_NAMES, C_WORDS, RECEIVING, SENDING } from "./options_table.ts";

/** The prototypes of the library's own classes. */
const own = new WeakSet<object>();

/** Has the instances of a class take no property that it doesn't have; those of classes that derive from it may. */
export function refuseUnknown(prototype: object): void {
  own.add(prototype);
}

/**
 * Lets a class's prototype notice what is set on an instance and isn't there.
 *
 * Fact: a property that an object doesn't have is set through its prototypes, of which one may be a Proxy. Failure:
 * `push.lingr = 0` did nothing. Decision: the Proxy stands behind all properties that a socket has, so they cost what they did.
 * Where it isn't extensible, an object refuses such a name too, but V8's message can't say which one was meant.
 */
export function noticeUnknown(prototype: object): void {
  const above = Object.create(Object.getPrototypeOf(prototype));
  const set: ProxyHandler<object>["set"] = (target, name, value, receiver) => {
    if (typeof name === "string" && !(name in target) && own.has(Object.getPrototypeOf(receiver))) {
      throw unknownOption(receiver, name, "property");
    }
    return Reflect.set(target, name, value, receiver);
  };
  Object.setPrototypeOf(prototype, new Proxy(above, { set }));
}

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
  const says = `A ${socket.constructor.name} has no ${what} ${name}`;
  const [options, methods] = membersOf(socket);
  const wanted = ourNameOf(name);
  const option = nearestName(wanted, [...options, ...Object.keys({ ...RECEIVING, ...SENDING })]);
  if (option !== undefined && !options.includes(option)) {
    return new TypeError(`${says}, since it doesn't ${option in RECEIVING ? "receive" : "send"}`);
  }
  if (option !== undefined) return new TypeError(`${says}; did you mean ${option}?`);
  const method = nearestName(wanted, methods);
  return new TypeError(method === undefined ? says : `${says}: there is a method, ${method}()`);
}

/** The name that this library would give to what libzmq, or pyzmq, calls so; the name itself where it's none of theirs. */
function ourNameOf(name: string): string {
  const inC = name.toUpperCase().replace(/^ZMQ_/, "");
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

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import {
  Dealer,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../zeromq.ts";
import { untyped, using } from "./support.ts";

const WRITE_ONLY: [Class: new () => Socket, values: Record<string, unknown>][] = [
  [Publisher, { noDrop: true, conflate: true }],
  [Subscriber, { conflate: true }],
  [Request, { probeRouter: true, correlate: true, relaxed: true }],
  [Dealer, { probeRouter: true, conflate: true }],
  [Router, { probeRouter: true, handover: true }],
  [Pull, { conflate: true }],
  [Push, { conflate: true }],
  [XPublisher, { noDrop: true, manual: true, welcomeMessage: "hi", verbosity: "allSubs" }],
  [Stream, { notify: false }],
];
for (const [Class, values] of WRITE_ONLY) {
  Deno.test(`what a ${Class.name} can't read of itself is undefined, and can be set`, async () => {
    await using(untyped(new Class()), (socket) => {
      for (const [name, value] of Object.entries(values)) {
        assertEquals(socket[name], undefined, name);
        socket[name] = value;
      }
    });
  });
}

const OF_CLASSES: [Class: new () => Socket, has: string[], lacks: string[]][] = [
  [Publisher, ["sendTimeout", "multicastHops"], ["receiveTimeout", "routingId"]],
  [Subscriber, ["receiveTimeout"], ["sendTimeout", "noDrop"]],
  [Request, ["routingId", "sendTimeout", "receiveTimeout"], ["mandatory", "conflate"]],
  [Reply, ["routingId"], ["probeRouter", "correlate"]],
  [Router, ["routingId", "mandatory"], ["conflate", "relaxed"]],
  [XSubscriber, ["sendTimeout", "receiveTimeout"], ["noDrop", "invertMatching"]],
];
for (const [Class, has, lacks] of OF_CLASSES) {
  Deno.test(`a ${Class.name} has its own options, and no other's`, () => {
    for (const name of has) assertEquals(name in Class.prototype, true, name);
    for (const name of lacks) assertEquals(name in Class.prototype, false, name);
  });
}

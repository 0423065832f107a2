import "./util.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import * as zmq from "../zeromq.ts";

Deno.test("the module has zeromq.js's twenty names, and no other", () => {
  assertEquals(Object.keys(zmq).sort(), [
    "Context",
    "Dealer",
    "Observer",
    "Pair",
    "Proxy",
    "Publisher",
    "Pull",
    "Push",
    "Reply",
    "Request",
    "Router",
    "Socket",
    "Stream",
    "Subscriber",
    "XPublisher",
    "XSubscriber",
    "capability",
    "context",
    "curveKeyPair",
    "version",
  ]);
});

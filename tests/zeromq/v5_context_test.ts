import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { context } from "../../zeromq.ts";
import zmq from "../../zeromq_v5_compat.ts";
import "./support.ts";
import { untyped } from "./support.ts";

Deno.test("version 5's Context has the default context's options", () => {
  const { ioThreads, maxSockets } = context;
  try {
    zmq.Context.setMaxThreads(3);
    zmq.Context.setMaxSockets(256);
    assertEquals([context.ioThreads, context.maxSockets], [3, 256]);
    assertEquals([zmq.Context.getMaxThreads(), zmq.Context.getMaxSockets()], [3, 256]);
  } finally {
    zmq.Context.setMaxThreads(ioThreads);
    zmq.Context.setMaxSockets(maxSockets);
  }
});

Deno.test("version 5's Context can't be made", () => {
  throws(() => new zmq.Context(), {
    name: "Error",
    message: "Context cannot be instantiated in compatibility mode",
  });
  throws(() => untyped(zmq.Context)(), {
    name: "TypeError",
    message: "Class constructor Context cannot be invoked without 'new'",
  });
});

import { deepStrictEqual, throws } from "node:assert/strict";
import * as zmq from "../../zeromq.ts";
import { TypeErrorWith, untyped } from "./support.ts";

const { Context, Socket } = zmq;

const WRONG: [arguments: unknown[], message: string][] = [
  [[], "Socket type must be a number"],
  [["foo", new Context()], "Socket type must be a number"],
  [[3, 1], "Options must be an object"],
  [[3, null], "Options must be an object"],
  [[1, new Context(), 2], "Expected 2 arguments but received 3"],
];
for (const [given, message] of WRONG) {
  Deno.test(`new Socket(${given.map((value) => typeof value)}): ${message}`, () => {
    throws(() => new (untyped(Socket))(...given), TypeErrorWith(message));
  });
}

Deno.test("options may be a function's properties, as with everything of N-API", () => {
  const socket = new zmq.Dealer(Object.assign(() => {}, { linger: 5 }) as never);
  const { linger } = socket;
  socket.close();
  deepStrictEqual(linger, 5);
});

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { inspect } from "node:util";
import * as zmq from "../../zeromq.ts";
import { TypeErrorWith, untyped, using } from "./support.ts";

const { Context, Dealer, Observer, Proxy, Socket } = zmq;

for (const [name, native] of Object.entries({ Socket, Context, Observer, Proxy })) {
  Deno.test(`${name} can't be called without new, in the words of a native class`, () => {
    throws(
      () => untyped(native)(1),
      TypeErrorWith("Class constructors cannot be invoked without 'new'"),
    );
    assertEquals(Object.getOwnPropertyDescriptor(native, "name"), {
      ...{ value: name, writable: false, enumerable: false, configurable: true },
    });
    assertEquals(native.prototype.constructor, native);
  });
}

Deno.test("Dealer can't be called without new, in V8's words", () => {
  throws(
    () => untyped(Dealer)(),
    TypeErrorWith("Class constructor Dealer cannot be invoked without 'new'"),
  );
});

Deno.test("a socket is sealed, and shows nothing of its insides", async () => {
  await using(new Dealer(), (socket) => {
    assert(Object.isSealed(socket));
    assertEquals(Object.getOwnPropertyNames(socket), []);
    assertEquals(Deno.inspect(socket), "Dealer {}");
  });
});

Deno.test("a socket that was printed with its getters showed its password", async () => {
  await using(new Dealer({ plainUsername: "ada", plainPassword: "secret" }), (socket) => {
    for (const print of [Deno.inspect, inspect]) {
      assertEquals(print(socket, { getters: true, showHidden: true }), "Dealer {}");
    }
  });
});

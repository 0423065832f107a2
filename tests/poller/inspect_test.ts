import { strictEqual as assertEquals } from "node:assert/strict";
import { inspect } from "node:util";
import { inspectAs } from "../../poller/inspect.ts";

class Box {
  readonly #inside = { a: 1 };

  static {
    inspectAs(this.prototype, (box) => box.#inside);
  }
}

class Crate extends Box {}

for (const [name, print] of Object.entries({ "Deno.inspect": Deno.inspect, inspect })) {
  Deno.test(`${name} prints an object as its class's name and what that shows`, () => {
    assertEquals(print(new Box()), "Box { a: 1 }");
    assertEquals(print({ box: new Box() }), "{ box: Box { a: 1 } }");
  });

  Deno.test(`${name} prints an object of a program's own class under that one's name`, () => {
    assertEquals(print(new Crate()), "Crate { a: 1 }");
  });

  Deno.test(`${name} doesn't throw for what has the prototype alone`, () => {
    assertEquals(print(Object.create(Box.prototype)), "Box {}");
  });
}

import { strictEqual as assertEquals, throws } from "node:assert/strict";
import { noticeUnknown, refuseUnknown } from "../../poller/unknown_property.ts";

class Box {
  size = 1;
  #depth = 1;

  get depth(): number {
    return this.#depth;
  }
  set depth(value: number) {
    this.#depth = value;
  }
}
noticeUnknown(
  Box.prototype,
  (object, name) => new TypeError(`${object.constructor.name}: ${name}`),
);
refuseUnknown(Box.prototype);

class Crate extends Box {
  label = "";
}

Deno.test("a property that a class doesn't have is refused by the error of its name", () => {
  const box = new Box() as Box & { dept: number };
  throws(() => box.dept = 5, { name: "TypeError", message: "Box: dept" });
  assertEquals("dept" in box, false);
});

Deno.test("properties that a class has can be set as ever", () => {
  const box = new Box();
  box.size = 3;
  box.depth = 4;
  assertEquals(box.size + box.depth, 7);
});

Deno.test("an object of a program's own class may have more", () => {
  const crate = new Crate() as Crate & { weight: number };
  crate.label = "fragile";
  crate.weight = 5;
  assertEquals(crate.weight, 5);
});

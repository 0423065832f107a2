import { strictEqual as assertEquals, throws } from "node:assert/strict";
import { Context, Poller, Pull, Push } from "../../mod.ts";
import { noticeUnknown, refuseUnknown, takeOnly } from "../../poller/unknown_property.ts";
import { Proxy } from "../../proxy.ts";
import "../util.ts";

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

class Open {
  width = 1;
}
takeOnly(Open, ["width"]);

Deno.test("takeOnly names the class, and the nearest of its names", () => {
  const message = "An Open has no property widht; did you mean width?";
  throws(() => Object.assign(new Open(), { widht: 5 }), { name: "TypeError", message });
  assertEquals(`${new Open()}`, "[object Open]");
});

Deno.test("Pollers and proxies take no properties", () => {
  using poller = new Poller();
  using proxy = new Proxy(new Pull(), new Push());
  throws(() => Object.assign(poller, { timeout: 5 }), {
    message: "A Poller has no property timeout",
  });
  throws(() => Object.assign(proxy, { filter: 5 }), { message: "A Proxy has no property filter" });
});

Deno.test("the error for setting what can only be read named no class", () => {
  using context = new Context();
  using pull = new Pull({ context });
  using poller = new Poller();
  const readOnly: [object: object, property: string, className: string][] = [
    ...["fd", "closed", "type", "lastEndpoint", "securityMechanism"].map((name) =>
      [pull, name, "Socket"] as [object, string, string]
    ),
    [pull, "readable", "Pull"],
    [pull.events, "lost", "Observer"],
    [context, "closed", "Context"],
    [poller, "size", "Poller"],
    [poller.addTimer(5), "active", "PollerTimer"],
  ];
  for (const [object, property, className] of readOnly) {
    throws(() => Object.assign(object, { [property]: 5 }), {
      name: "TypeError",
      message: `Cannot set property ${property} of [object ${className}] which has only a getter`,
    });
  }
});

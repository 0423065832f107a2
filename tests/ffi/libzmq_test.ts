import "../util.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { has } from "../../ffi/libzmq.ts";
import { run } from "../program.ts";

Deno.test("each table of libzmq's functions is bound at its first use, and once", async () => {
  const { stdout, stderr } = await run(`
    const { dlopen } = Deno;
    const bound = [];
    Deno.dlopen = (path, table) => {
      bound.push(...Object.keys(table));
      return dlopen(path, table);
    };
    const { zmq, zmqInfo } = await import("$ROOT/ffi/libzmq.ts");
    const tables = [[zmq, "zmq_socket"], [zmqInfo, "zmq_msg_gets"]];
    for (const [table, name] of tables) {
      const times = () => bound.filter((one) => one === name).length;
      const before = times();
      table();
      table();
      console.log(before, times());
    }
  `);
  assertEquals([stdout, stderr], ["0 1\n".repeat(2), ""]);
});

Deno.test("libzmq hasn't what it doesn't know, nor what a longer name begins with", () => {
  for (const name of ["", "nonsense", "cur", "curvex"]) assertEquals(has(name), false, name);
});

import { Context } from "../../zeromq.ts";
import { throwsShape } from "./support.ts";

Deno.test("libzmq's own refusals come in zeromq.js's shape", () => {
  const fresh = new Context();
  throwsShape(() => fresh.maxSockets = -1, {
    message: "Invalid argument",
    code: "EINVAL",
    errno: 22,
  });
});

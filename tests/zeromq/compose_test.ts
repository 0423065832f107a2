import { throws } from "node:assert/strict";
import { Pull, Subscriber } from "../../zeromq.ts";
import { EBADF, rejectsShape, throwsShape, untyped, using } from "./support.ts";

Deno.test("what only receives has a send, which checks its argument and then fails", async () => {
  for (const Class of [Subscriber, Pull]) {
    await using(untyped(new Class()), async (socket) => {
      throws(() => socket.send(), { name: "TypeError", message: "Message must be present" });
      await rejectsShape(socket.send("x"), {
        message: "Operation not supported",
        code: "ENOTSUP",
        errno: Deno.build.os === "linux" ? 95 : 45,
      });
    });
  }
});

Deno.test("the send of what only receives throws at once if the socket is closed", () => {
  const socket = untyped(new Subscriber());
  socket.close();
  throwsShape(() => socket.send("x"), EBADF);
});

import { constants } from "node:os";
import { Context } from "../../zeromq.ts";
import { errnoError } from "../../zeromq/errors.ts";
import { throwsShape } from "./support.ts";

Deno.test("libzmq's own refusals come in zeromq.js's shape", () => {
  const fresh = new Context();
  throwsShape(() => fresh.maxSockets = -1, {
    message: "Invalid argument",
    code: "EINVAL",
    errno: 22,
  });
});

Deno.test("errors have zeromq.js's texts where it has its own, and libzmq's else", () => {
  const texts: Record<string, string> = {
    EFAULT: "Context is closed",
    EAGAIN: "Operation was not possible or timed out",
    EMFILE: "Too many open file descriptors",
    ENOENT: "No such endpoint",
    EBUSY: "Socket is busy",
    EBADF: "Socket is closed",
    EADDRINUSE: "Address already in use",
    EINVAL: "Invalid argument",
  };
  for (const [code, message] of Object.entries(texts)) {
    const errno = (constants.errno as Record<string, number>)[code]!;
    throwsShape(() => {
      throw errnoError(errno);
    }, { message, code, errno });
  }
});

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { withWorkers } from "../workers.ts";

const LINUX = Deno.build.os === "linux";

Deno.test({
  name:
    "a socket's linger reads as it was set, in a worker, too, and holds when it or a connection is closed",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await withWorkers(
      `
      async lingers(folder) {
        const socket = new Push();
        const read = [socket.linger, socket.getOption(17, "int")];
        socket.linger = 5000;
        read.push(socket.linger);
        socket.setOption(17, 3000);
        read.push(socket.linger, socket.getOption(17, "int"));
        try {
          socket.setOption(17, -2);
        } catch ({ code }) {
          read.push(code, socket.linger);
        }
        // No one is there for longer than the second that a terminated worker's messages have.
        socket.connect("ipc://" + folder + "/late");
        socket.trySend("late");
        socket.close();
        const disconnected = new Push();
        disconnected.connect("ipc://" + folder + "/later");
        disconnected.trySend("later");
        disconnected.disconnect("ipc://" + folder + "/later");
        tell(read.join());
      },`,
      `const folder = Deno.makeTempDirSync();
      const worker = start("Web Worker", "lingers", folder);
      console.log(await worker.next());
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const pull = new Pull();
      await pull.bind("ipc://" + folder + "/late");
      console.log(String((await pull.receive())[0]));
      await pull.bind("ipc://" + folder + "/later");
      console.log(String((await pull.receive())[0]));
      worker.terminate();
      pull.close();
      Deno.removeSync(folder, { recursive: true });`,
    );
    assert(code === 0, stderr);
    assertEquals([stdout, stderr], ["-1,-1,5000,3000,3000,EINVAL,3000\nlate\nlater\n", ""]);
  },
});

/** A worker of a soak: answers each message with itself, until one says that it's to end. */

import { Context, Dealer } from "../../mod.ts";

interface Task {
  address: string;
  token: string | undefined;
  sync: boolean;
}

/** What a worker's global object has, which the types of the main isolate don't. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage(value: unknown): void;
};

scope.onmessage = async ({ data }: MessageEvent<Task>) => {
  const { address, token, sync } = data;
  using context = token === undefined ? new Context() : Context.join(token);
  using dealer = new Dealer({ context });
  dealer.connect(address);
  for (;;) {
    const message = sync ? dealer.receiveSync() : await dealer.receive();
    if (message[0].length === 3 && message[0].text() === "end") break;
    await dealer.send(message);
  }
  scope.postMessage("ended");
};

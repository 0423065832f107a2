/** What the proxies' tests share. */

import { capability, Pull, Push, type Receiver, type Sender, type Socket } from "../../mod.ts";
import { Proxy, type ProxyOptions } from "../../proxy.ts";
import { Gather } from "../../socket/draft.ts";
import { freshAddress } from "../util.ts";
import { pause } from "../waiting.ts";

/** Both ways to run, for what must be the same with either. */
export const WAYS: [name: string, options: ProxyOptions][] = [["own loop", {}], ["native", {
  native: true,
}]];

// The functions of proxies are bound on first use, which within a test would look like a leak.
for (const [, options] of WAYS) {
  const proxy = new Proxy(new Pull(), new Push(), options);
  await bindBoth(proxy);
  const whole = proxy.run();
  proxy.terminate();
  await whole;
}

if (capability.draft) new Gather().close();

/** Binds both sockets of a proxy over inproc. */
export async function bindBoth(proxy: Proxy): Promise<void> {
  for (const socket of [proxy.frontEnd, proxy.backEnd]) await socket.bind(freshAddress("inproc"));
}

/** A proxy that runs, over inproc, with a socket at each side. All is closed at the end of the block. */
export class Setting<
  F extends Socket,
  B extends Socket,
  S extends Socket,
  R extends Socket,
> implements AsyncDisposable {
  readonly run: Promise<void>;

  private constructor(
    readonly proxy: Proxy<F, B>,
    /** At the front end. */
    readonly sender: S,
    /** At the back end. */
    readonly receiver: R,
  ) {
    this.run = proxy.run();
    this.run.catch(() => {}); // anyone who cares awaits it
  }

  static async begin<F extends Socket, B extends Socket, S extends Socket, R extends Socket>(
    proxy: Proxy<F, B>,
    sender: S,
    receiver: R,
  ): Promise<Setting<F, B, S, R>> {
    await bindBoth(proxy);
    sender.connect(proxy.frontEnd.lastEndpoint!);
    receiver.connect(proxy.backEnd.lastEndpoint!);
    return new Setting(proxy, sender, receiver);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sender.close();
    this.receiver.close();
    if (this.proxy.running) this.proxy.terminate({ timeout: 0 });
    await this.run.catch(() => {});
    this.proxy.frontEnd.close();
    this.proxy.backEnd.close();
  }
}

/** Tasks from a Push through a Pull and a Push to a Pull, with marks as small as given. */
export function tasks(
  options: ProxyOptions = {},
  mark = 1000,
): Promise<Setting<Pull, Push, Push, Pull>> {
  return Setting.begin(
    new Proxy(
      new Pull({ receiveHighWaterMark: mark }),
      new Push({ sendHighWaterMark: mark, linger: 0 }),
      options,
    ),
    new Push({ sendHighWaterMark: mark, linger: 0 }),
    new Pull({ receiveHighWaterMark: mark }),
  );
}

/** Sends numbers until there is no room for more, for good: everything between here and the end is full. Returns how many. */
export async function fill(sender: Sender): Promise<number> {
  for (let sent = 0, idle = 0;;) {
    if (sender.trySend(`${sent}`)) {
      sent++;
      idle = 0;
    } else if (++idle === 20) return sent;
    else await pause(5);
  }
}

/** Every message that comes until nothing has come for a while. */
export async function rest(receiver: Receiver): Promise<string[][]> {
  const all: string[][] = [];
  for (let idle = 0; idle < 20;) {
    const message = receiver.tryReceive();
    if (message === undefined) {
      idle++;
      await pause(5);
    } else {
      idle = 0;
      all.push(message.map((frame) => frame.text()));
    }
  }
  return all;
}

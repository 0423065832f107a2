/** What the tests of security share: pairs of sockets that are let in or not, and questions asked as libzmq asks them. */

import { claims } from "../claims.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import {
  capability,
  Context,
  type MessagePart,
  Pull,
  type PullOptions,
  Push,
  type PushOptions,
  Request,
} from "../../mod.ts";
import {
  Authenticator,
  type AuthRequest,
  curveKeyPair,
  curvePublicKey,
} from "../../security/mod.ts";
import { Relay } from "../socket/relay.ts";
import { received } from "../socket/support.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { soon } from "../waiting.ts";

// Used here once: a table bound within a test would be its leak to the sanitizers.
if (capability.curve) curvePublicKey(curveKeyPair().secretKey);

/** Makes a test that needs a libzmq with CURVE, and is given a temporary folder. */
export function certificates(
  name: string,
  body: (folder: string) => Promise<void> | void,
): Deno.TestDefinition {
  return { name, ignore: !capability.curve, fn: () => withFolder(body) };
}

/** Claims that a client with these options gets through to such a server, and returns the server's next message. */
export const letIn = claims(
  async function letIn(server: PullOptions, client: PushOptions): Promise<void> {
    using pull = new Pull(server);
    using push = new Push(client);
    await join(pull, push);
    await push.send("let in");
    assertEquals(await received(pull), ["let in"]);
  },
);

/** Claims that a client with these options doesn't get through, and loses its connection. */
export const refused = claims(
  async function refused(server: PullOptions, client: PushOptions): Promise<void> {
    using pull = new Pull(server);
    await pull.bind(freshAddress("tcp"));
    await using relay = new Relay(pull);
    using push = new Push({ linger: 0, reconnectInterval: -1, ...client });
    push.connect(relay.address);
    await push.send("refused");
    await soon(relay.ended);
    assertEquals(pull.tryReceive(), undefined);
  },
);

/** Where the authenticator of a context is asked. */
export const ZAP = "inproc://zeromq.zap.01";

/** One context with an authenticator, for a block. */
export class Asked implements Disposable {
  readonly context = new Context();
  readonly denied: [AuthRequest, string][] = [];
  readonly errors: [unknown, AuthRequest][] = [];
  readonly authenticator = new Authenticator({
    context: this.context,
    onDenied: (request, reason) => this.denied.push([request, reason]),
    onError: (error, request) => this.errors.push([error, request]),
  });

  [Symbol.dispose](): void {
    this.context.close();
  }
}

/** What an authenticator answers. */
export interface ZapReply {
  version: string;
  id: string;
  status: string;
  text: string;
  userId: string;
  metadata: Uint8Array;
}

/** Sends a question's frames as they are, and returns the answer. */
export const ask = claims(
  async function ask(context: Context, frames: readonly MessagePart[]): Promise<ZapReply> {
    using request = new Request({ context, linger: 0 });
    request.connect(ZAP);
    await request.send(frames);
    const reply = await soon(request.receive());
    assertEquals(reply.length, 6);
    const [version, id, status, text, userId, metadata] = reply;
    return {
      version: version.text(),
      id: id.text(),
      status: status.text(),
      text: text.text(),
      userId: userId.text(),
      metadata: new Uint8Array(metadata),
    };
  },
);

/** Asks about one peer, and returns the status: 200 for one that is let in. */
export const statusOf = claims(async function statusOf(
  context: Context,
  mechanism: string,
  credentials: readonly MessagePart[] = [],
  { domain = "home", address = "127.0.0.1" } = {},
): Promise<string> {
  const asked = ["1.0", "7", domain, address, "", mechanism, ...credentials];
  return (await ask(context, asked)).status;
});

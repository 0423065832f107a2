/** A ZAP handler of the tests': it answers libzmq's questions about peers that want to come in. */

import { type Frame, Router } from "../../mod.ts";

/** Where libzmq asks. */
const ADDRESS = "inproc://zeromq.zap.01";

/** What libzmq says of a peer. */
export interface ZapRequest {
  domain: string;
  address: string;
  /** That of the socket which is to let the peer in. */
  routingId: string;
  mechanism: string;
  /** A name and a password with PLAIN, a public key with CURVE, nothing with NULL. */
  credentials: Frame[];
}

/** Who it is, or `undefined` for someone who isn't let in. */
export type Judge = (request: ZapRequest) => string | undefined;

/** Answers as long as its block lasts. There can be one in a context at a time. */
export class ZapHandler implements AsyncDisposable {
  /** All that was asked, in order. */
  readonly requests: ZapRequest[] = [];
  readonly #router = new Router({ linger: 0 });
  readonly #ended: Promise<void>;

  private constructor(judge: Judge) {
    this.#ended = this.#answer(judge);
  }

  /** Begins to answer in the default context. */
  static async start(judge: Judge): Promise<ZapHandler> {
    const handler = new ZapHandler(judge);
    await handler.#router.bind(ADDRESS);
    return handler;
  }

  async #answer(judge: Judge): Promise<void> {
    for await (const frames of this.#router) {
      const [peer, empty, version, id, domain, address, routingId, mechanism, ...credentials] =
        frames;
      const request: ZapRequest = {
        domain: domain.text(),
        address: address.text(),
        routingId: routingId.text(),
        mechanism: mechanism.text(),
        credentials,
      };
      this.requests.push(request);
      const user = judge(request);
      const verdict = user === undefined ? ["400", "No entry", ""] : ["200", "OK", user];
      await this.#router.send([peer, empty, version, id, ...verdict, ""]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Closing alone would release the address later, on a thread of libzmq's.
    await this.#router.unbind(ADDRESS);
    this.#router.close();
    await this.#ended;
  }
}

/** A ZAP handler of the tests': it answers libzmq's questions about peers that connect. */

import { type Frame, Router } from "../../mod.ts";

/** Where libzmq asks. */
const ADDRESS = "inproc://zeromq.zap.01";

/** What libzmq says of a peer. */
export interface ZapRequest {
  domain: string;
  address: string;
  /** That of the socket that is to admit the peer. */
  routingId: string;
  mechanism: string;
  /** A name and a password with PLAIN, a public key with CURVE, nothing with NULL. */
  credentials: Frame[];
}

/** Returns who it is, or `undefined` for a peer that is denied. */
export type AuthHandler = (request: ZapRequest) => string | undefined;

/** Answers as long as its block lasts. There can be one in a context at a time. */
export class ZapHandler implements AsyncDisposable {
  /** All that was asked, in order. */
  readonly requests: ZapRequest[] = [];
  readonly #router = new Router({ linger: 0 });
  readonly #ended: Promise<void>;

  private constructor(admit: AuthHandler) {
    this.#ended = this.#answer(admit);
  }

  /** Begins to answer in the default context. */
  static async start(admit: AuthHandler): Promise<ZapHandler> {
    const handler = new ZapHandler(admit);
    await handler.#router.bind(ADDRESS);
    return handler;
  }

  async #answer(admit: AuthHandler): Promise<void> {
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
      const user = admit(request);
      const result = user === undefined ? ["400", "No entry", ""] : ["200", "OK", user];
      await this.#router.send([peer, empty, version, id, ...result, ""]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Closing alone would release the address later, on a thread of libzmq's.
    await this.#router.unbind(ADDRESS);
    this.#router.close();
    await this.#ended;
  }
}

/** The requests that handlers get, made of what libzmq says of a peer. */

import { defineInspect } from "../poller/inspect.ts";
import { z85Encode } from "../socket/z85.ts";
import type { AuthRequest, PeerRequest } from "./requests.ts";
import { HIDDEN } from "./secret.ts";
import { readText, type ZapRequest } from "./zap.ts";

/** Aborts a request's signal, also one for which the handler asks only later. */
export let abortSignal: (request: AuthRequest, reason: DOMException) => void;

/**
 * A peer, with a signal that ends what is looked up about it.
 *
 * The signal is made when it's asked for, since most handlers never do, and it's no property of the object's own, since a
 * copy that is posted to another thread can't have one.
 */
class AskedPeer implements PeerRequest {
  readonly domain: string;
  readonly address: string;
  readonly routingId: Uint8Array;
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;

  constructor({ domain, address, routingId }: ZapRequest, own: object) {
    this.domain = domain;
    this.address = address;
    this.routingId = new Uint8Array(routingId);
    Object.assign(this, own);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  static {
    defineInspect(this.prototype, (peer, print) => print({ ...peer }));
    abortSignal = (request, reason) => {
      const peer = request as PeerRequest as AskedPeer;
      peer.#reason = reason;
      peer.#controller?.abort(reason);
    };
  }
}

/** A PLAIN peer, whose password isn't printed, and isn't copied with it. */
class PlainPeer extends AskedPeer {
  readonly #password: string;

  constructor(asked: ZapRequest, username: string, password: string) {
    super(asked, { mechanism: "plain", username });
    this.#password = password;
  }

  get password(): string {
    return this.#password;
  }

  static {
    defineInspect(this.prototype, (peer, print) => print({ ...peer, password: HIDDEN }));
  }
}

/** Returns the request that a handler gets; undefined where the mechanism or what it tells isn't known. */
export function toRequest(asked: ZapRequest): AuthRequest | undefined {
  const { mechanism, credentials } = asked;
  const [first, second] = credentials;
  switch (`${mechanism} ${credentials.length}`) {
    case "NULL 0":
      return peerWith(asked, { mechanism: "null" });
    case "PLAIN 2": {
      const [username, password] = [readText(first), readText(second)];
      if (username === undefined || password === undefined) return undefined;
      return new PlainPeer(asked, username, password) as PeerRequest as AuthRequest;
    }
    case "CURVE 1":
      if (first.length !== 32) return undefined;
      return peerWith(asked, { mechanism: "curve", publicKey: z85Encode(first) });
    case "GSSAPI 1": {
      const principal = readText(first);
      if (principal === undefined) return undefined;
      return peerWith(asked, { mechanism: "gssapi", principal });
    }
  }
  return undefined;
}

type Own<Request> = Request extends unknown ? Omit<Request, keyof PeerRequest> : never;

function peerWith(asked: ZapRequest, own: Own<AuthRequest>): AuthRequest {
  return new AskedPeer(asked, own) as PeerRequest as AuthRequest;
}

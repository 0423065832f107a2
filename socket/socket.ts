/** What all sockets have in common. */

import { Context, context as defaultContext, coreOf } from "../context.ts";
import { noteOpened, sayDropped } from "../process/dropped.ts";
import { type Pollable, pollable } from "../poller/pollable.ts";
import { Uncloneable } from "../poller/uncloneable.ts";
import { nameInErrors, noticeUnknown } from "../poller/unknown_property.ts";
import { inspectAs } from "../poller/inspect.ts";
import { idle } from "../poller/reactor.ts";
import type { Interest } from "../poller/poller.ts";
import {
  checkCount,
  isBag,
  isOfEveryObject,
  type SyncWaitOptions,
  type WaitOptions,
} from "../poller/wait_options.ts";
import {
  bindToRandomPort,
  type BindToRandomPortOptions,
  checkAddress,
  handleFor,
} from "./binding.ts";
import { type Handle, handleIn, handleOf, openHandleOf } from "./handle.ts";
import { open } from "./open.ts";
import { observe, type Observer } from "./observer.ts";
import { hasOption, unknownOption } from "./option_names.ts";
import type { OptionTypes } from "./option_types.ts";
import { defineOptions, getOption, setOption } from "./options.ts";
import { getByNumber, setByNumber } from "./options_by_number.ts";
import { COMMON, OPTION_NUMBERS, type OptionName } from "./options_table.ts";
import { waitReady, waitReadySync } from "./readiness.ts";
import type { SocketOptions } from "./socket_options.ts";
import {
  addFilter,
  GREATEST_PID,
  GREATEST_UID,
  idBytes,
  metadataBytes,
  textBytes,
} from "./settable_options.ts";
import { typeOf } from "./types.ts";

/**
 * What all sockets have in common. Programs make {@linkcode Push}, {@linkcode Router} and the other classes.
 *
 * A socket that is bound or connected doesn't keep the process alive; a receive or send that waits
 * does. Sockets that a program drops are closed when they're collected, but that may be late: close
 * them, or declare them with `using`.
 */
export abstract class Socket extends Uncloneable implements Pollable, Disposable, AsyncDisposable {
  /** What a Poller watches. Belongs to the library. */
  declare readonly [pollable]: object;
  readonly #context: Context;
  #events: Observer | undefined;

  /**
   * Opens a socket of libzmq's type number, and sets its options in the order in which they stand.
   *
   * @param given How many arguments the class's own constructor got: there may be one.
   * @throws {TypeError} If the options aren't an object, one of them is unknown or has the wrong type, or there's an
   * argument too many.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} If libzmq refuses an option, or the context or the process can have no more sockets.
   */
  protected constructor(type: number, options: SocketOptions = {}, given: number = 1) {
    if ((new.target as unknown) === Socket) {
      throw new TypeError("A socket is made by the class of its type, such as new Push()");
    }
    checkBag(new.target.name, options);
    checkCount(`new ${new.target.name}`, given, 1);
    super();
    const { context = defaultContext } = options;
    const handle = open(coreOf(context), typeOf(type));
    // Not enumerable, so that a printed socket doesn't show the engine's internals.
    Object.defineProperty(this, pollable, { value: handle });
    this.#context = context;
    dropped.register(this, handle, handle);
    noteOpened(handle);
    try {
      for (const name in options) {
        if (name === "context" || isOfEveryObject(options, name)) continue;
        if (!hasOption(this, name)) throw unknownOption(this, name);
        const value = (options as Record<string, unknown>)[name];
        if (value !== undefined) (this as unknown as Record<string, unknown>)[name] = value;
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The context in which the socket was opened. */
  get context(): Context {
    return this.#context;
  }

  /** Whether the socket was closed. */
  get closed(): boolean {
    return handleOf(this).closed;
  }

  /** libzmq's number of the socket's type (`ZMQ_TYPE`). */
  get type(): number {
    return handleOf(this).type.number;
  }

  /**
   * The socket's file descriptor (`ZMQ_FD`), for other libraries' event loops. It fires, as readable, on a
   * *change* only; our own {@linkcode Poller} takes the socket itself and needs no such care.
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  get fd(): number {
    return openHandleOf(this, "zmq_getsockopt").fd;
  }

  /**
   * What happens to the socket's connections: the same {@linkcode Observer} each time. Observing begins when this is
   * first read (`zmq_socket_monitor`).
   *
   * @throws {ZmqError} EBADF If the socket is closed when it's first read.
   */
  get events(): Observer {
    return this.#events ??= observe(this);
  }

  /**
   * Waits until a message can be received or, as the options say, sent, and does neither. Resolves to true where it can, and
   * to false when the time is over. Receives and sends that wait come first: the socket is ready only when there is
   * something left for others. For several sockets, or descriptors beside them, there is {@linkcode Poller}
   * (`ZMQ_EVENTS`).
   *
   * The default direction is the only one that the class has, and receiving where it has both. Whatever is wrong, the
   * promise rejects: nothing is thrown.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {TypeError} If the class doesn't have the direction, or if there is none to wait for.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EBADF If the socket is closed, or is closed meanwhile.
   * @throws {Error} The signal's reason, whatever it is, when the signal is aborted.
   *
   * @example An answer within a second, or none
   * ```ts
   * import { Reply, Request } from "@deno-zmq/zmq";
   *
   * using reply = new Reply();
   * const address = await reply.bind("tcp://127.0.0.1:*");
   * using request = new Request();
   * request.connect(address);
   * await request.send("is anyone there?");
   * console.log(await reply.wait({ timeout: 1000 })); // true
   * console.log(await request.wait({ timeout: 10 })); // false
   * ```
   */
  wait(options?: WaitOptions & Interest, extra?: never): Promise<boolean> {
    return waitReady(handleIn(this), this, options, extra);
  }

  /**
   * Does what {@linkcode Socket.wait} does while it blocks this thread, and everything else in this isolate. Meant for
   * workers and scripts.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if there is an argument too many.
   * @throws {TypeError} If the class doesn't have the direction, or if there is none to wait for.
   * @throws {RangeError} If the timeout is negative.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  waitSync(options?: SyncWaitOptions & Interest, extra?: never): boolean {
    return waitReadySync(handleOf(this), options, extra);
  }

  /**
   * The address of the last bind or connect, with wildcards replaced by what the system has chosen; `null`
   * before the first (`ZMQ_LAST_ENDPOINT`).
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  get lastEndpoint(): string | null {
    return openHandleOf(this, "zmq_getsockopt").endpoints.last;
  }

  /**
   * Begins to accept peers at an address (`zmq_bind`), such as `tcp://127.0.0.1:5555`, `tcp://*:*` for any free
   * port, `ipc:///tmp/name` or `inproc://name`, and resolves to it, with wildcards replaced. A socket may be bound to
   * several. Whatever is wrong, the promise rejects.
   *
   * @throws {TypeError} If the address isn't a string, or if there's one argument too many.
   * @throws {TypeError} If options don't go together, or with the address.
   * @throws {RangeError} If its port isn't one from 0 to 65535, or pgm can't work with the socket's options.
   * @throws {ZmqError} EMFILE If no descriptor is left.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {ZmqError} EADDRINUSE If another socket is bound there, and whatever else libzmq finds.
   *
   * @example A port that the system chooses
   * ```ts
   * import { Pull, Push } from "@deno-zmq/zmq";
   *
   * using pull = new Pull();
   * const address = await pull.bind("tcp://127.0.0.1:*");
   * console.log(address); // such as tcp://127.0.0.1:41239
   * using push = new Push();
   * push.connect(address);
   * ```
   */
  // deno-lint-ignore require-await -- what is thrown becomes a rejection
  async bind(address: string): Promise<string> {
    checkCount("bind", arguments.length, 1);
    return handleFor(this, "zmq_bind", address).endpoints.bind(address);
  }

  /**
   * Stops accepting peers at an address (`zmq_unbind`). For a wildcard, pass the address to which
   * {@linkcode Socket.bind} resolved.
   *
   * @throws {ZmqError} ENOENT If the socket isn't bound there.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {TypeError} If the address isn't a string, or if there's one argument too many.
   * @throws {RangeError} If its port isn't one from 0 to 65535.
   */
  // deno-lint-ignore require-await -- what is thrown becomes a rejection
  async unbind(address: string): Promise<void> {
    checkCount("unbind", arguments.length, 1);
    checkAddress(address);
    openHandleOf(this, "zmq_unbind").endpoints.unbind(address);
  }

  /**
   * Does what {@linkcode Socket.bind} does before it returns, and returns the address (`zmq_bind`).
   *
   * @throws {TypeError} As {@linkcode Socket.bind} rejects.
   * @throws {RangeError} As {@linkcode Socket.bind} rejects.
   * @throws {ZmqError} As {@linkcode Socket.bind} rejects.
   */
  bindSync(address: string): string {
    checkCount("bindSync", arguments.length, 1);
    return handleFor(this, "zmq_bind", address).endpoints.bind(address);
  }

  /**
   * Binds to a free port of a range, such as a firewall lets through, and resolves to its number. Where any port will do,
   * bind to a wildcard, `tcp://127.0.0.1:*` (`zmq_bind`).
   *
   * @param address An address of tcp, ws, wss or udp without a port, such as `tcp://127.0.0.1` or `tcp://*`.
   * @throws {TypeError} If it isn't such an address.
   * @throws {TypeError} If the range isn't one, has an unknown option or one of another type.
   * @throws {RangeError} If the range is empty, or not one of ports.
   * @throws {ZmqError} EADDRINUSE If each port that was tried is taken.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  // deno-lint-ignore require-await -- what is thrown becomes a rejection
  async bindToRandomPort(address: string, range: BindToRandomPortOptions = {}): Promise<number> {
    checkCount("bindToRandomPort", arguments.length, 2);
    return bindToRandomPort(this, address, range);
  }

  /**
   * Does what {@linkcode Socket.unbind} does before it returns (`zmq_unbind`).
   *
   * @throws {TypeError} As {@linkcode Socket.unbind} rejects.
   * @throws {RangeError} As {@linkcode Socket.unbind} rejects.
   * @throws {ZmqError} As {@linkcode Socket.unbind} rejects.
   */
  unbindSync(address: string): void {
    checkCount("unbindSync", arguments.length, 1);
    checkAddress(address);
    openHandleOf(this, "zmq_unbind").endpoints.unbind(address);
  }

  /**
   * Connects to an address (`zmq_connect`). The peer needn't be there yet, and may go and come back:
   * libzmq connects again by itself. A socket may be connected to several.
   *
   * @throws {TypeError} If the address isn't a string, or if there's one argument too many.
   * @throws {TypeError} If options don't go together, or with the address.
   * @throws {RangeError} If its port isn't one from 1 to 65535, or pgm can't work with the socket's options.
   * @throws {ZmqError} EINVAL If the address is invalid, and whatever else libzmq finds.
   * @throws {ZmqError} EMFILE If no descriptor is left, and libzmq would need one at once.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  connect(address: string): void {
    checkCount("connect", arguments.length, 1);
    handleFor(this, "zmq_connect", address).endpoints.connect(address);
  }

  /**
   * Ends a connection (`zmq_disconnect`).
   *
   * @throws {ZmqError} ENOENT If the socket isn't connected there.
   * @throws {ZmqError} EBADF If the socket is closed.
   * @throws {TypeError} If the address isn't a string, or if there's one argument too many.
   * @throws {RangeError} If its port isn't one from 0 to 65535.
   */
  disconnect(address: string): void {
    checkCount("disconnect", arguments.length, 1);
    checkAddress(address);
    openHandleOf(this, "zmq_disconnect").endpoints.disconnect(address);
  }

  /**
   * A CURVE client's own public key, as 40 characters of Z85; `null` for none. Can be set as 32 bytes, too
   * (`ZMQ_CURVE_PUBLICKEY`).
   *
   * @throws {TypeError} If it isn't a key.
   */
  get curvePublicKey(): string | null {
    return getOption(handleOf(this), "curvePublicKey") as string | null;
  }
  set curvePublicKey(key: string | Uint8Array) {
    setOption(handleOf(this), "curvePublicKey", key);
  }

  /**
   * The CURVE secret key of either side, as 40 characters of Z85; `null` for none. Can be set as 32 bytes, too
   * (`ZMQ_CURVE_SECRETKEY`).
   *
   * @throws {TypeError} If it isn't a key.
   */
  get curveSecretKey(): string | null {
    return getOption(handleOf(this), "curveSecretKey") as string | null;
  }
  set curveSecretKey(key: string | Uint8Array) {
    setOption(handleOf(this), "curveSecretKey", key);
  }

  /**
   * The server's public key, which makes this side a CURVE client, as 40 characters of Z85; `null` for none. Can
   * be set as 32 bytes, too (`ZMQ_CURVE_SERVERKEY`).
   *
   * @throws {TypeError} If it isn't a key.
   */
  get curveServerKey(): string | null {
    return getOption(handleOf(this), "curveServerKey") as string | null;
  }
  set curveServerKey(key: string | Uint8Array) {
    setOption(handleOf(this), "curveServerKey", key);
  }

  /** The domain under which the ZAP handler is asked about peers; see {@linkcode SocketOptions.zapDomain} (`ZMQ_ZAP_DOMAIN`). */
  get zapDomain(): string | null {
    return getOption(handleOf(this), "zapDomain") as string | null;
  }
  set zapDomain(value: string) {
    setOption(handleOf(this), "zapDomain", value);
  }

  /** This side's GSSAPI principal; see {@linkcode SocketOptions.gssapiPrincipal} (`ZMQ_GSSAPI_PRINCIPAL`). */
  get gssapiPrincipal(): string | null {
    return getOption(handleOf(this), "gssapiPrincipal") as string | null;
  }
  set gssapiPrincipal(value: string) {
    setOption(handleOf(this), "gssapiPrincipal", value);
  }

  /** The GSSAPI server's principal; see {@linkcode SocketOptions.gssapiServicePrincipal} (`ZMQ_GSSAPI_SERVICE_PRINCIPAL`). */
  get gssapiServicePrincipal(): string | null {
    return getOption(handleOf(this), "gssapiServicePrincipal") as string | null;
  }
  set gssapiServicePrincipal(value: string) {
    setOption(handleOf(this), "gssapiServicePrincipal", value);
  }

  /** The server's private key for `wss://`; see {@linkcode SocketOptions.wssKeyPem} (`ZMQ_WSS_KEY_PEM`). */
  get wssKeyPem(): string | null {
    return getOption(handleOf(this), "wssKeyPem") as string | null;
  }
  set wssKeyPem(value: string) {
    setOption(handleOf(this), "wssKeyPem", value);
  }

  /** The server's certificate for `wss://`; see {@linkcode SocketOptions.wssCertPem} (`ZMQ_WSS_CERT_PEM`). */
  get wssCertPem(): string | null {
    return getOption(handleOf(this), "wssCertPem") as string | null;
  }
  set wssCertPem(value: string) {
    setOption(handleOf(this), "wssCertPem", value);
  }

  /** The certificates that a client of `wss://` trusts; see {@linkcode SocketOptions.wssTrustPem} (`ZMQ_WSS_TRUST_PEM`). */
  get wssTrustPem(): string | null {
    return getOption(handleOf(this), "wssTrustPem") as string | null;
  }
  set wssTrustPem(value: string) {
    setOption(handleOf(this), "wssTrustPem", value);
  }

  /** The name that a client of `wss://` expects; see {@linkcode SocketOptions.wssHostname} (`ZMQ_WSS_HOSTNAME`). */
  get wssHostname(): string | null {
    return getOption(handleOf(this), "wssHostname") as string | null;
  }
  set wssHostname(value: string) {
    setOption(handleOf(this), "wssHostname", value);
  }

  /**
   * Adds to the addresses from which later binds accept TCP peers, in CIDR notation such as
   * `"192.168.0.0/16"`; before the first, all are accepted (`ZMQ_TCP_ACCEPT_FILTER`). Set `ipv6` before: a filter that was
   * added without it accepts no one after it.
   *
   * @throws {TypeError} If it isn't a string, or there's an argument too many.
   * @throws {RangeError} If it has no bytes, or more than 255.
   * @throws {ZmqError} EINVAL If it isn't an address.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  addTcpAcceptFilter(address: string): void {
    checkCount("addTcpAcceptFilter", arguments.length, 1);
    addFilter(this, "tcpAcceptFilter", textBytes("addTcpAcceptFilter", address));
  }

  /**
   * Removes the filters that were added, so that later binds accept TCP peers from all addresses.
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  clearTcpAcceptFilters(): void {
    checkCount("clearTcpAcceptFilters", arguments.length, 0);
    addFilter(this, "tcpAcceptFilter", null);
  }

  /**
   * Adds to the processes from which later binds accept ipc peers, by process id (`ZMQ_IPC_FILTER_PID`).
   *
   * @throws {TypeError} If it isn't a number, or there's an argument too many.
   * @throws {RangeError} If it isn't a whole number from 0 to 2147483647.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  addIpcFilterPid(pid: number): void {
    checkCount("addIpcFilterPid", arguments.length, 1);
    addFilter(this, "ipcFilterPid", idBytes("addIpcFilterPid", pid, GREATEST_PID));
  }

  /**
   * Adds to the users from whom later binds accept ipc peers, by user id; see {@linkcode Socket.addIpcFilterPid} (`ZMQ_IPC_FILTER_UID`).
   *
   * @throws {TypeError} If it isn't a number, or there's an argument too many.
   * @throws {RangeError} If it isn't a whole number from 0 to 4294967294.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  addIpcFilterUid(uid: number): void {
    checkCount("addIpcFilterUid", arguments.length, 1);
    addFilter(this, "ipcFilterUid", idBytes("addIpcFilterUid", uid, GREATEST_UID));
  }

  /**
   * Adds to the groups from which later binds accept ipc peers, by group id; see {@linkcode Socket.addIpcFilterPid} (`ZMQ_IPC_FILTER_GID`).
   *
   * @throws {TypeError} If it isn't a number, or there's an argument too many.
   * @throws {RangeError} If it isn't a whole number from 0 to 4294967294.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  addIpcFilterGid(gid: number): void {
    checkCount("addIpcFilterGid", arguments.length, 1);
    addFilter(this, "ipcFilterGid", idBytes("addIpcFilterGid", gid, GREATEST_UID));
  }

  /**
   * Removes the filters of processes, users and groups, so that later binds accept all ipc peers.
   *
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  clearIpcFilters(): void {
    checkCount("clearIpcFilters", arguments.length, 0);
    for (const name of ["ipcFilterPid", "ipcFilterUid", "ipcFilterGid"] as const) {
      addFilter(this, name, null);
    }
  }

  /**
   * The metadata that this side sends to the peers of later connections, which read it by {@linkcode metadataOf}: texts by
   * names that begin with `X-` and have at most 254 bytes. Setting adds to what was set before; nothing can be changed
   * or removed (`ZMQ_METADATA`).
   *
   * @throws {TypeError} If it isn't such an object.
   * @throws {RangeError} If a name is too long.
   * @throws {ZmqError} EEXIST If a name has another text already.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  get metadata(): Readonly<Record<string, string>> {
    const { shadowOptions } = openHandleOf(this, "zmq_getsockopt");
    return { ...shadowOptions.get("metadata") as Record<string, string> | undefined };
  }
  set metadata(metadata: Readonly<Record<string, string>>) {
    const handle = openHandleOf(this, "zmq_setsockopt");
    for (const property of metadataBytes(metadata, this.metadata)) {
      handle.setBytes(OPTION_NUMBERS.metadata, "metadata", property);
    }
    handle.shadowOptions.set("metadata", { ...this.metadata, ...metadata });
  }

  /**
   * Reads any option by its number in `zmq.h`, for those that have no property here (`zmq_getsockopt`). CURVE keys are read
   * as `"string"`, of 40 characters, or as `"bytes"`, of which there are 32.
   *
   * @throws {TypeError} If the number isn't one, the type isn't one of these, or there's an argument too many.
   * @throws {ZmqError} EINVAL If libzmq doesn't know the option, or not as that type.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  getOption<T extends keyof OptionTypes>(option: number, type: T): OptionTypes[T];
  getOption(option: number, type: keyof OptionTypes): OptionTypes[keyof OptionTypes] {
    checkCount("getOption", arguments.length, 2);
    return getByNumber(openHandleOf(this, "zmq_getsockopt"), option, type);
  }

  /**
   * Sets any option by its number in `zmq.h`, for those that have no property here (`zmq_setsockopt`). A number or
   * boolean is set as an `int`, a bigint as 64 bits, a string or bytes as they are, and `null` as nothing.
   *
   * @throws {TypeError} If the number isn't one, the value is none of these, or there's an argument too many.
   * @throws {TypeError} If libzmq would end the process by it.
   * @throws {RangeError} If a number doesn't fit into 32 bits, or a bigint into 64.
   * @throws {ZmqError} EINVAL If libzmq doesn't know the option, or refuses the value.
   * @throws {ZmqError} EBADF If the socket is closed.
   */
  setOption(
    option: number,
    value: number | bigint | boolean | string | Uint8Array | null,
  ): void {
    checkCount("setOption", arguments.length, 2);
    setByNumber(openHandleOf(this, "zmq_setsockopt"), option, value);
  }

  /**
   * Closes the socket. Receives and sends that wait reject with `ZmqError` EBADF, iterations end, and
   * unsent messages go out in the background for as long as the linger allows. Its addresses become free a moment
   * later, inproc names, too; after {@linkcode Socket.unbind} those are free at once. Idempotent (`zmq_close`).
   *
   * @throws {TypeError} If there's a number for the linger, which is an option.
   */
  close(): void {
    const handle = handleOf(this);
    if (typeof arguments[0] === "number") {
      throw new TypeError("close takes no linger: set the option linger before");
    }
    checkCount("close", arguments.length, 0);
    dropped.unregister(handle);
    handle.close();
  }

  /** Calls {@linkcode Socket.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Socket.close}, and waits until the runtime has its thread back that waited for descriptors. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await idle();
  }
}

/** The options of every socket, as its properties. */
export interface Socket extends
  Required<
    Omit<
      SocketOptions,
      | "context"
      | symbol
      | "metadata"
      | `curve${"Public" | "Secret" | "Server"}Key`
      | `gssapi${"" | "Service"}Principal`
      | `wss${"KeyPem" | "CertPem" | "TrustPem" | "Hostname"}`
      | "zapDomain"
    >
  > {
  /** Whether libzmq lets several threads use this type of socket at once; false for all stable types (`ZMQ_THREAD_SAFE`). */
  readonly threadSafe: boolean;
  /** The mechanism in force; `null` for none (`ZMQ_MECHANISM`). */
  readonly securityMechanism: "plain" | "curve" | "gssapi" | null;
}

// Only a fallback: nothing triggers the collector when descriptors run out.
const dropped = new FinalizationRegistry<Handle>((handle) => {
  sayDropped(handle, handle.description);
  handle.close();
});

// Printed, a socket shows its addresses, its state and what a subclass has of its own, even with the option to read getters,
// since the getters of options return keys and passwords.
inspectAs(Socket.prototype, (socket) => {
  const { endpoints: { bound, connected }, closed } = handleOf(socket);
  return { bound, connected, closed, ...socket as object };
});

defineOptions(Socket.prototype, Object.keys(COMMON) as OptionName[]);
nameInErrors(Socket.prototype, "Socket");
noticeUnknown(Socket.prototype, (socket, name) => unknownOption(socket, name, "property"));

function checkBag(name: string, options: unknown): void {
  if (options instanceof Context) {
    throw new TypeError(`new ${name} takes an object of options: pass { context }`);
  }
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  // A Map or a promise has no name that could be wrong.
  if (isObject && (isBag(options) || hasNames(options))) return;
  throw new TypeError(`new ${name} takes an object of options, such as { linger: 0 }`);
}

function hasNames(options: object): boolean {
  for (const name in options) if (!isOfEveryObject(options, name)) return true;
  return false;
}

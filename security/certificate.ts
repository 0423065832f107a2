/** Certificates: CURVE keys with data about their owner, in the file format of czmq and pyzmq. */

import { curveKeyPair, curvePublicKey, toKey } from "./curve.ts";
import { inspectAs } from "../poller/inspect.ts";
import { Uncloneable, uncloneableWith } from "../poller/uncloneable.ts";
import { takeOnly } from "../poller/unknown_property.ts";
import {
  checkCount,
  checkOptions,
  optionsProblem,
  type Signature,
} from "../poller/wait_options.ts";
import { HIDDEN, hiding, SECRET_OPTIONS } from "./secret.ts";
import { checkPath, checkPublicPath, readCertificate, SECRET_ENDING } from "./certificate_file.ts";
import { formatCertificate } from "./zpl.ts";

/** The parts of a {@linkcode Certificate}. */
export interface CertificateOptions {
  /** The public key, 40 characters of Z85 or 32 bytes. Default: the secret key's. */
  publicKey?: string | Uint8Array;
  /** The secret key, 40 characters of Z85 or 32 bytes; without one, the certificate is a public one. */
  secretKey?: string | Uint8Array | null;
  /** Data about the owner, such as a name. Anyone can read it. */
  metadata?: Readonly<Record<string, string>>;
}

/** The options that make a socket a CURVE server. */
export interface CurveServerOptions {
  /** Always true. */
  curveServer: true;
  /** The server's secret key. */
  curveSecretKey: string;
}

/** The options that make a socket a CURVE client. */
export interface CurveClientOptions {
  /** The server's public key. */
  curveServerKey: string;
  /** The client's public key. */
  curvePublicKey: string;
  /** The client's secret key. */
  curveSecretKey: string;
}

/** Options of {@linkcode Certificate.load}. */
export interface LoadOptions {
  /** Whether a file with a secret key is loaded though others than its owner may read or change it. Default false. */
  othersMayRead?: boolean;
}

/** Options of {@linkcode Certificate.save}. */
export interface SaveOptions {
  /** Whether existing files are replaced. Default false. */
  overwrite?: boolean;
}

/**
 * A CURVE key with its owner's data: a public certificate, to be given away, or one with the secret key as well.
 *
 * The secret key is printed neither by `console.log` nor by `JSON.stringify`.
 *
 * @example A server and a client that know each other's public certificates
 * ```ts
 * import { Pull, Push } from "@deno-zmq/zmq";
 * import { Certificate } from "@deno-zmq/zmq/security";
 *
 * const [server, client] = [Certificate.create(), Certificate.create({ name: "Ada" })];
 * await using pull = new Pull(server.serverOptions());
 * const address = await pull.bind("tcp://127.0.0.1:*");
 * await using push = new Push(client.clientOptions(server.publicKey));
 * push.connect(address);
 * await push.send("hello");
 * console.log(String(await pull.receive()), "from", client);
 * ```
 */
export class Certificate extends Uncloneable {
  /** The public key, as 40 characters of Z85. */
  readonly publicKey: string;
  /** Data about the owner. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly #secretKey: string | null;

  /**
   * Makes a certificate of keys that exist.
   *
   * @throws {TypeError} If an option is unknown.
   * @throws {TypeError} If one of them isn't a key, if there is no key at all, or if the two don't belong together.
   * @throws {TypeError} If a file can't hold the metadata.
   */
  constructor(options: CertificateOptions) {
    checkOptions(CONSTRUCTOR, options ?? null, arguments[1]);
    const { publicKey, secretKey = null, metadata = {} } = options;
    super();
    this.#secretKey = secretKey === null ? null : toKey(secretKey, "The secret key");
    const own = this.#secretKey === null ? undefined : curvePublicKey(this.#secretKey);
    this.publicKey = publicKey === undefined && own !== undefined
      ? own
      : toKey(publicKey, "The public key");
    if (own !== undefined && own !== this.publicKey) {
      throw new TypeError("The certificate's keys don't belong together");
    }
    if (typeof metadata !== "object" || Array.isArray(metadata)) {
      throw new TypeError(
        'A certificate\'s metadata are an object of texts, such as { name: "Ada" }',
      );
    }
    this.metadata = Object.freeze({ ...metadata });
    formatCertificate(this, null); // throws for metadata that couldn't be saved
  }

  /** Makes a certificate with a fresh pair of keys. */
  static create(metadata?: Readonly<Record<string, string>>): Certificate {
    return new Certificate({ ...curveKeyPair(), metadata });
  }

  /**
   * Loads a certificate from a file: `name.key` for a public one, `name.key_secret` for one with its secret key. Needs
   * the permission to read it.
   *
   * A certificate is a regular file of 64 kB at most, with lines of 1,024 characters at most, in which each name has one
   * value, and the keys stand directly under `curve`.
   *
   * The promise rejects with `SyntaxError` if the file isn't a certificate, with `Deno.errors.PermissionDenied` if it has a
   * secret key and others than its owner may read or change it, and with what `Deno.stat` throws.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if the path isn't one.
   */
  static load(path: string | URL, options?: LoadOptions): Promise<Certificate>;
  static async load(
    path: string | URL,
    options?: LoadOptions,
    extra?: never,
  ): Promise<Certificate> {
    const problem = optionsProblem(LOAD, options, extra);
    if (problem !== undefined) throw problem;
    const { othersMayRead = false } = options ?? {};
    if (typeof othersMayRead !== "boolean") {
      throw new TypeError("The option othersMayRead must be a boolean");
    }
    checkPath(path, "A certificate's file");
    try {
      return new Certificate(await readCertificate(path, othersMayRead));
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied) {
        throw new Deno.errors.PermissionDenied(`${path} can't be loaded: ${error.message}`);
      }
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      throw new SyntaxError(`${path} isn't a certificate: ${error.message}`);
    }
  }

  /** The secret key, as 40 characters of Z85; `null` in a public certificate. */
  get secretKey(): string | null {
    return this.#secretKey;
  }

  /** The same without the secret key. */
  toPublic(): Certificate {
    checkCount("Certificate.toPublic", arguments.length, 0);
    return new Certificate({ publicKey: this.publicKey, metadata: this.metadata });
  }

  /**
   * Returns the options that make a socket the CURVE server with these keys, and those that are passed. Printed, they hide
   * the key and passwords, also where they were spread; and they can't be posted to another thread.
   *
   * @throws {TypeError} If the certificate has no secret key, or if what is passed isn't an object, or has one of the same
   * options.
   */
  serverOptions<More extends object = Record<never, never>>(
    more?: More,
  ): CurveServerOptions & More {
    checkCount("Certificate.serverOptions", arguments.length, 1);
    const own: CurveServerOptions = { curveServer: true, curveSecretKey: this.#secret() };
    return merged("Certificate.serverOptions", own, more);
  }

  /**
   * Returns the options that make a socket a CURVE client with these keys, for the server with that public key, and those
   * that are passed. Printed, they hide the key and passwords, also where they were spread; and they can't be posted to
   * another thread.
   *
   * @throws {TypeError} If the certificate has no secret key, or if `server` isn't a key, or if what is passed isn't an
   * object, or has one of the same options.
   */
  clientOptions<More extends object = Record<never, never>>(
    server: string | Uint8Array | Certificate,
    more?: More,
  ): CurveClientOptions & More {
    checkCount("Certificate.clientOptions", arguments.length, 2);
    const key = server instanceof Certificate ? server.publicKey : server;
    const own: CurveClientOptions = {
      curveServerKey: toKey(key, "The server's key"),
      curvePublicKey: this.publicKey,
      curveSecretKey: this.#secret(),
    };
    return merged("Certificate.clientOptions", own, more);
  }

  /**
   * Saves the certificate: the public part under `path`, which should end with `.key`, and, if there is a secret key, the
   * whole under the same name with `_secret` at its end, in a file that only its owner can read (mode 0600). Needs the
   * permission to write them.
   *
   * The promise rejects with `Deno.errors.AlreadyExists` if one of them exists already, and with what else
   * `Deno.writeTextFile` throws.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, if the path isn't one, or if it ends with `_secret`
   * itself.
   */
  save(path: string | URL, options?: SaveOptions): Promise<void>;
  async save(path: string | URL, options?: SaveOptions, extra?: never): Promise<void> {
    const problem = optionsProblem(SAVE, options, extra);
    if (problem !== undefined) throw problem;
    const { overwrite = false } = options ?? {};
    if (typeof overwrite !== "boolean") {
      throw new TypeError("The option overwrite must be a boolean");
    }
    checkPath(path, "A certificate's file");
    checkPublicPath(path);
    const base = path instanceof URL ? path.href : path;
    const named = (ending: string) => path instanceof URL ? new URL(base + ending) : base + ending;
    const files: [path: string | URL, text: string, mode: number][] = [
      [path, formatCertificate(this, null), 0o644],
    ];
    if (this.#secretKey !== null) {
      files.push([named(SECRET_ENDING), formatCertificate(this, this.#secretKey), 0o600]);
    }
    // An existing file keeps its mode when it's written to. So each is written as a new file, which then replaces the old
    // one.
    const made: (string | URL)[] = [];
    try {
      for (const [target, text, mode] of files) {
        const place = overwrite ? temporary(target) : target;
        (await Deno.open(place, { write: true, createNew: true, mode })).close();
        made.push(place); // also where it can't be written to its end
        await Deno.writeTextFile(place, text, { create: false, mode });
      }
      if (!overwrite) return;
      for (const [target] of files) {
        await Deno.rename(made[0], target);
        made.shift();
      }
    } catch (error) {
      for (const place of made) await Deno.remove(place);
      throw error;
    }
  }

  #secret(): string {
    if (this.#secretKey === null) throw new TypeError("The certificate has no secret key");
    return this.#secretKey;
  }

  static {
    inspectAs(this.prototype, ({ publicKey, metadata, secretKey }) => ({
      publicKey,
      secretKey: secretKey === null ? null : HIDDEN,
      metadata,
    }));
  }
}

takeOnly(Certificate, []);

const CONSTRUCTOR: Signature = {
  name: "A Certificate",
  options: ["publicKey", "secretKey", "metadata"],
  example: "{ publicKey }",
};
const LOAD: Signature = {
  name: "Certificate.load",
  options: ["othersMayRead"],
  example: "{ othersMayRead: true }",
};
const SAVE: Signature = {
  name: "Certificate.save",
  options: ["overwrite"],
  example: "{ overwrite: true }",
};

/** Returns a certificate's options with others, without showing what is secret among them. */
function merged<Own extends object, More extends object>(
  method: string,
  own: Own,
  more: More = {} as More,
): Own & More {
  if (typeof more !== "object" || more === null || Array.isArray(more)) {
    throw new TypeError(
      `${method} takes an object of further options, such as { zapDomain: "home" }`,
    );
  }
  for (const name of Object.keys(own)) {
    if (name in more) throw new TypeError(`${method} sets ${name} itself`);
  }
  // The keys come last: a mechanism that is turned off behind them would turn off CURVE.
  return hiding(uncloneableWith({ ...more, ...own }), SECRET_OPTIONS);
}

/** Returns a path beside a file, for the file that replaces it. */
function temporary(path: string | URL): string | URL {
  const ending = `.${crypto.randomUUID()}`;
  return path instanceof URL ? new URL(path.href + ending) : path + ending;
}

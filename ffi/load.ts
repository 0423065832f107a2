/** Finds libzmq, opens it, and pins it so that it outlives the isolate. */

import { LibraryError } from "../errors.ts";

/** A place that was tried, and why it couldn't be used. */
type Attempt = LibraryError["tried"][number];

/** An opened libzmq. */
export interface Library {
  /** The name or path under which it was opened. */
  readonly path: string;
  /** Its version, such as `"4.3.5"`. */
  readonly version: string;
  /** The loader's handle, to look up a symbol's address; 0 means everything that is loaded. */
  readonly handle: bigint;
  /** Binds a table of its functions, or of its dependencies', such as the C library's. For calls that a message makes. */
  readonly open: Open;
  /** Binds functions in a tenth of that time, whose calls take 0.2 microseconds more. */
  readonly openRare: Open;
}

/** Binds a table of functions. */
type Open = <const T extends Deno.ForeignLibraryInterface>(
  table: T,
) => Deno.StaticForeignLibraryInterface<T>;

/** The npm package whose prebuilt files are used if the system has no libzmq. */
const PREBUILT = "npm:zeromq@6.8.0/package.json";

// void *dlopen(const char *filename, int flags)
const DLOPEN = { parameters: ["buffer", "i32"], result: "usize" } as const;

/** An argument more, which C never reads: it's in a register, or on the stack, which the caller clears. */
const UNREAD = { struct: ["usize"] } as const;
const unread = new Uint8Array(8);

/** Returns what binds the functions of a library. */
export function functionsOf(path: string): Pick<Library, "open" | "openRare"> {
  return {
    open: (table) => Deno.dlopen(path, table).symbols,
    openRare: <const T extends Deno.ForeignLibraryInterface>(table: T) =>
      openRare(path, table) as Deno.StaticForeignLibraryInterface<T>,
  };
}

/**
 * Binds functions without fast calls.
 *
 * Fact: Deno compiles a fast call for each function that it binds, which takes 0.05 to 0.1 ms, except for those with a
 * struct. Failure: fifty functions took 4 ms of each start, of which ten are called often. Decision: the others have
 * a struct as their last argument. Cost: these calls take 0.2 microseconds more.
 */
function openRare(path: string, table: Deno.ForeignLibraryInterface): Record<string, unknown> {
  const functions = Object.entries(table as Record<string, Deno.ForeignFunction>);
  const longer = functions.map(([name, declared]) => {
    if (declared.nonblocking) return [name, declared]; // never has a fast call
    return [name, { ...declared, parameters: [...declared.parameters, UNREAD] }];
  });
  const symbols: Record<string, ForeignCall> = Object.fromEntries(longer);
  Object.assign(symbols, Deno.dlopen(path, symbols as never).symbols);
  for (const [name, { nonblocking }] of functions) {
    const call = symbols[name];
    // An optional one that the library lacks is null.
    if (!nonblocking && call !== null) symbols[name] = (...args) => call(...args, unread);
  }
  return symbols;
}

type ForeignCall = (...args: unknown[]) => unknown;

/**
 * Returns the library in use, found at the first call. Throws if a synchronous search finds none;
 * {@linkcode prepareLibrary} tries one place more.
 */
export const loadLibrary = onFirstUse(find);

/**
 * Makes sure that {@linkcode loadLibrary} succeeds: makes Deno fetch the npm package with the prebuilt
 * files if neither the system nor Deno's cache has a library.
 */
export async function prepareLibrary(): Promise<void> {
  try {
    loadLibrary();
  } catch (missing) {
    if (!(missing instanceof LibraryError)) throw missing;
    // A list of granted paths doesn't cover a file in Deno's cache, so fetching it would be in vain.
    if (!granted({ name: "ffi" }) || chosenPath() !== undefined) throw missing;
    try {
      await fetchPrebuilt();
    } catch (error) {
      throw notFound([...missing.tried, { path: PREBUILT, reason: message(error) }]);
    }
    loadLibrary();
  }
}

/** Makes Deno put the npm package into its cache, and returns the files in it that may open here. */
export async function fetchPrebuilt(): Promise<string[]> {
  // Deno fetches a literal specifier at the start of every program, and a computed one only here.
  const specifier = PREBUILT;
  await import(specifier, { with: { type: "json" } });
  return placesOfPrebuilt([]);
}

/**
 * Returns a function that calls `make` until that returns something, and then returns the same each time.
 *
 * Fact: such a call takes 3 ns, and one of a module's own function, which V8 inlines, 0.7 ns. Decision: `libc` and `zmq`,
 * which the calls for each message go through, are functions of their own.
 */
export function onFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

function find(): Library {
  const tried: Attempt[] = [];
  const everywhere = granted({ name: "ffi" });
  const chosen = chosenPath();

  let permitted = 0;
  for (const path of places(chosen, tried)) {
    // dlopen of a path that isn't granted would prompt at a terminal, once for each path.
    if (!everywhere && !granted({ name: "ffi", path })) {
      // The user named this one; going on to another would hide the mistake.
      if (path === chosen) return askFor(chosen);
      tried.push({ path, reason: "--allow-ffi doesn't cover this path" });
      continue;
    }
    permitted++;
    try {
      return open(path);
    } catch (error) {
      const reason = message(error, path);
      if (path === chosen) throw notFound([{ path, reason: `(LIBZMQ_PATH) ${reason}` }]);
      tried.push({ path, reason });
    }
  }
  if (permitted === 0) return askFor(chosen);
  throw notFound(tried);
}

/** The places to look, in order. Each is computed only when those before it have failed. */
function* places(chosen: string | undefined, tried: Attempt[]): Generator<string> {
  if (chosen !== undefined) yield chosen;
  yield* placesOfSystem();
  yield* placesOfPrebuilt(tried);
}

/** Prompts for the permission, since no place is granted; otherwise throws an error that names the flag. */
function askFor(chosen: string | undefined): Library {
  const looked = placesOfSystem().filter((path) => path.startsWith("/"));
  const wanted = chosen ?? looked[0] ?? "libzmq";
  if (Deno.permissions.querySync({ name: "ffi" }).state === "prompt" && Deno.stdin.isTerminal()) {
    if (Deno.permissions.requestSync({ name: "ffi" }).state === "granted") return find();
  }
  throw new Deno.errors.NotCapable(
    "deno-zmq has no permission to load libzmq: run again with --allow-ffi, or with the path of " +
      `your libzmq alone, such as --allow-ffi=${wanted}. Paths looked at without further ` +
      `permissions: ${looked.join(", ")}. Any other ` +
      "path must be named by LIBZMQ_PATH, and allowed by --allow-env=LIBZMQ_PATH as well.",
  );
}

function open(path: string): Library {
  // Fact: Deno closes its libraries when the isolate ends, while libzmq's I/O threads still run in this one. Failure: the
  // process died of SIGSEGV. Decision: another dlopen pins the code in memory. Cost: a library that was loaded stays in
  // the process for good.
  const functions = functionsOf(path);
  const { dlopen, zmq_version } = functions.openRare({
    dlopen: { ...DLOPEN, optional: true },
    // void zmq_version(int *major, int *minor, int *patch)
    zmq_version: { parameters: ["buffer", "buffer", "buffer"], result: "void" },
  });
  // RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE
  const flags = Deno.build.os === "darwin" ? 0x1 | 0x10 | 0x80 : 0x1 | 0x4 | 0x1000;
  const pin = dlopen ?? dlopenOfLibdl();
  const handle = pin?.(new TextEncoder().encode(path + "\0"), flags) ?? 0n;
  if (handle === 0n) {
    throw new Error("it opens, but can't be pinned in memory, which ending safely needs");
  }
  const parts = [new Int32Array(1), new Int32Array(1), new Int32Array(1)] as const;
  zmq_version(...parts);
  const version = parts.map(([part]) => part).join(".");
  return { path, version, handle, ...functions };
}

/** Opens libdl, which has dlopen before glibc 2.34. libzmq needn't depend on it. */
function dlopenOfLibdl() {
  try {
    return Deno.dlopen("libdl.so.2", { dlopen: DLOPEN }).symbols.dlopen;
  } catch {
    return undefined;
  }
}

function chosenPath(): string | undefined {
  if (!granted({ name: "env", variable: "LIBZMQ_PATH" })) return undefined;
  return Deno.env.get("LIBZMQ_PATH") || undefined;
}

/** The names that the loader searches for, then the usual absolute paths, which a list of granted paths needs. */
function placesOfSystem(): string[] {
  switch (Deno.build.os) {
    case "darwin":
      return [
        "libzmq.5.dylib",
        "/opt/homebrew/lib/libzmq.5.dylib",
        "/usr/local/lib/libzmq.5.dylib",
        "/opt/local/lib/libzmq.5.dylib",
      ];
    case "windows":
      return ["libzmq.dll", "libzmq-v143-mt-4_3_5.dll"];
    default: {
      const folders = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"];
      const multiarch = `${Deno.build.arch}-linux-gnu`;
      folders.unshift(`/usr/lib/${multiarch}`, `/lib/${multiarch}`, `/usr/local/lib/${multiarch}`);
      return ["libzmq.so.5", ...folders.map((folder) => `${folder}/libzmq.so.5`)];
    }
  }
}

/** The prebuilt files, if the npm package is in Deno's cache or in node_modules already. */
function placesOfPrebuilt(tried: Attempt[]): string[] {
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  let root: URL;
  try {
    root = new URL(import.meta.resolve(PREBUILT));
  } catch (error) {
    tried.push({ path: PREBUILT, reason: message(error) });
    return [];
  }
  if (root.protocol !== "file:") {
    tried.push({ path: PREBUILT, reason: "neither in Deno's cache nor in node_modules" });
    return [];
  }
  // Which of them opens depends on the machine's C library; the first that does is taken.
  const files = Deno.build.os === "linux"
    ? ["glibc-127-Release", "musl-127-Release", "glibc-147-Release", "glibc-115-Release", "115"]
    : Deno.build.os === "darwin"
    ? ["libc-115-Release", "115"]
    : []; // the files for Windows export no symbols
  const folder = `./build/${Deno.build.os}/${arch}/node/`;
  return files.map((file) => {
    const { pathname } = new URL(`${folder}${file}/addon.node`, root);
    return decodeURIComponent(pathname);
  });
}

function granted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

function message(error: unknown, path?: string): string {
  const text = (error instanceof Error ? error.message : String(error))
    .replaceAll("Could not open library: ", "");
  // The loader's text begins with the path, which the message has anyway.
  return text.startsWith(`${path}: `) ? text.slice(`${path}: `.length) : text;
}

function notFound(tried: readonly Attempt[]): LibraryError {
  const list = tried.map(({ path, reason }) => `\n  - ${path}: ${reason}`).join("");
  return new LibraryError(
    `deno-zmq found no libzmq that it can load. It tried:${list}\n` +
      "To fix it, install libzmq (Debian and Ubuntu: apt install libzmq5; Fedora: dnf install " +
      "zeromq; Alpine: apk add libzmq; macOS: brew install zeromq), or name a file by " +
      "LIBZMQ_PATH (with --allow-env=LIBZMQ_PATH), or let Deno fetch a prebuilt one once: " +
      "deno cache npm:zeromq@6.8.0.",
    tried,
  );
}

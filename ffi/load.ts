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

/** None of its files has as many bytes. */
const LARGEST = 64 << 20;

/** The SHA-256 sums of the files in it that may be opened. */
const SUMS: ReadonlySet<string> = new Set([
  // Linux, x64: glibc-127, musl-127, glibc-147, glibc-115, 115
  "a6508e8a090d5e9ca1e1f36a2d7d8de2f9dcc431bddde97d3c4e2d4bced3be6f",
  "2dc1261b723024d523f24a442fee995a20985a047919dcc9b93eed1609b11a57",
  "1d1d18dee2a80938711fb5bf00bd142364aa4503f24d98c3492a681a173a194b",
  "ff3572d9584d036417def7c6e7b6ac1a1094b096cfcf7e5757dcb58d8e4e9821",
  "6095cb7181b54535b1f954249e6b1e88c639013be2d1b55f8d686383a685b275",
  // Linux, arm64: glibc-127, musl-127
  "f41356679c246f7d1c9789982ccd952a7a7ea821d5e662def69f1161a52f3158",
  "ffae4786669eb0ab7579dee7cce5d9064c6ccbbf2d54d58b25e0c041b2704962",
  // macOS, x64, then arm64: libc-115, 115
  "174f1a885877a4b44add3871d80303647a1fb505a6f4e522544a3ed56e982873",
  "a04cbd36e3793fd2d084710802f35283a9776770f1ee4db313f5c48a63a27da8",
  "3f9419db60cb62bbbc66e879c8943e9a7d2277e5ba4afb5636f58667199945ab",
  "8db39be6356c45d793842fcb7fe3334400f689d84d9b0a116a2d2f267b0a071f",
]);

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

/** What {@linkcode prepareLibrary} has found. */
let prepared: Library | undefined;

/**
 * Returns the library in use, found at the first call: the one that was chosen, or the system's. Throws if there is none;
 * {@linkcode prepareLibrary} also looks at the prebuilt ones.
 */
export const loadLibrary = onFirstUse(() => prepared ?? find());

/**
 * Makes sure that {@linkcode loadLibrary} succeeds: if the system has no library, by a prebuilt one in Deno's cache or in
 * node_modules, which Deno fetches if it has none.
 */
export async function prepareLibrary(): Promise<void> {
  while (prepared === undefined) {
    const search = new Search();
    prepared = search.findChosen();
    if (search.chosen === undefined) prepared ??= await findPrebuilt(search);
    if (prepared !== undefined) return;
    if (search.permitted > 0) throw notFound(search.tried);
    askFor(search.chosen);
  }
}

async function findPrebuilt(search: Search): Promise<Library | undefined> {
  const found = await tryPrebuilt(placesOfPrebuilt(search.tried), search);
  // A list of granted paths doesn't cover a file in Deno's cache, so fetching it would be in vain.
  if (found !== undefined || !search.everywhere) return found;
  let fetched: string[];
  try {
    fetched = await fetchPrebuilt();
  } catch (error) {
    search.tried.push({ path: PREBUILT, reason: message(error) });
    return undefined;
  }
  const known = new Set(search.tried.map(({ path }) => path));
  return await tryPrebuilt(fetched.filter((path) => !known.has(path)), search);
}

/** Opens the first of these files that opens, and is what it's to be. */
async function tryPrebuilt(paths: string[], search: Search): Promise<Library | undefined> {
  for (const path of paths) {
    const reason = search.mayOpen(path) ? await sumProblem(path) : undefined;
    if (reason !== undefined) search.refuse(path, reason);
    else {
      const found = search.attempt(path);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * Why a prebuilt file mustn't be opened, which would run its code; undefined where nothing speaks against it, or where it
 * can't be told, since this program may not read the file. Asynchronous, since to load Node's hashes would take 90 ms.
 */
async function sumProblem(path: string): Promise<string | undefined> {
  if (!granted({ name: "read", path })) return undefined;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const { size } = await Deno.stat(path);
    if (size > LARGEST) return `it isn't a file of zeromq 6.8.0, since it has ${size} bytes`;
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // the loader says so
    return `its SHA-256 can't be told: ${message(error)}`;
  }
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const text = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (SUMS.has(text)) return undefined;
  return `it isn't a file of zeromq 6.8.0 that is known here: its SHA-256 is ${text}`;
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
  const search = new Search();
  const found = search.findChosen();
  if (found !== undefined) return found;
  throw search.permitted === 0 ? noPermission(search.chosen) : notFound(search.tried);
}

/** One search for the library: what it may open, and what it has tried. */
class Search {
  readonly tried: Attempt[] = [];
  readonly everywhere = granted({ name: "ffi" });
  readonly chosen = chosenPath();
  /** How many places it was allowed to open. */
  permitted = 0;

  /** Opens the library that was chosen or else the system's; undefined if it has none. */
  findChosen(): Library | undefined {
    const { chosen } = this;
    if (chosen === undefined) {
      for (const path of placesOfSystem()) {
        const found = this.attempt(path);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    // The user named this one; going on to another would hide the mistake.
    if (!isAbsolute(chosen)) {
      const reason = "(LIBZMQ_PATH) it's relative, so any file of that name would be loaded that " +
        "lies where the program is started: name the library by its absolute path";
      throw notFound([{ path: chosen, reason }]);
    }
    if (!this.mayOpen(chosen)) return undefined;
    const found = this.attempt(chosen);
    if (found !== undefined) return found;
    throw notFound(
      this.tried.map(({ path, reason }) => ({ path, reason: `(LIBZMQ_PATH) ${reason}` })),
    );
  }

  /**
   * Whether a place may be opened. dlopen of a path that isn't granted would prompt at a terminal, once for each path. A bare
   * name is the loader's where all is granted, and otherwise Deno opens what has that name in the working folder, which
   * others may have put there.
   */
  mayOpen(path: string): boolean {
    return this.everywhere || isAbsolute(path) && granted({ name: "ffi", path });
  }

  /** Leaves a place unopened that might be. */
  refuse(path: string, reason: string): void {
    this.permitted++;
    this.tried.push({ path, reason });
  }

  /** Opens one place. Undefined if it can't be opened; throws if it isn't libzmq, since its code has run by then. */
  attempt(path: string): Library | undefined {
    if (!this.mayOpen(path)) {
      this.tried.push({ path, reason: "--allow-ffi doesn't cover this path" });
      return undefined;
    }
    this.permitted++;
    try {
      return open(path);
    } catch (error) {
      if (error instanceof LibraryError) throw error;
      this.tried.push({ path, reason: message(error, path) });
      return undefined;
    }
  }
}

function isAbsolute(path: string): boolean {
  return Deno.build.os === "windows" ? /^(?:[a-z]:)?[\\/]/i.test(path) : path.startsWith("/");
}

/** Prompts for the permission, since no place is granted; throws an error that names the flag if it isn't given. */
function askFor(chosen: string | undefined): void {
  if (Deno.permissions.querySync({ name: "ffi" }).state === "prompt" && Deno.stdin.isTerminal()) {
    if (Deno.permissions.requestSync({ name: "ffi" }).state === "granted") return;
  }
  throw noPermission(chosen);
}

function noPermission(chosen: string | undefined): Error {
  const looked = placesOfSystem().filter((path) => path.startsWith("/"));
  const wanted = chosen ?? looked[0] ?? "libzmq";
  return new Deno.errors.NotCapable(
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
    zmq_version: { parameters: ["buffer", "buffer", "buffer"], result: "void", optional: true },
  });
  if (zmq_version === null) throw notLibzmq(path);
  // RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE
  const flags = Deno.build.os === "darwin" ? 0x1 | 0x10 | 0x80 : 0x1 | 0x4 | 0x1000;
  const pin = dlopen ?? dlopenOfLibdl();
  const handle = pin?.(new TextEncoder().encode(path + "\0"), flags) ?? 0n;
  if (handle === 0n) throw notPinned(path);
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

/** The error for a file that was put in libzmq's place, or named by mistake. To go on in silence would hide either. */
function notLibzmq(path: string): LibraryError {
  const reason = "it opens, but isn't libzmq: it has no zmq_version";
  return new LibraryError(
    `deno-zmq has loaded ${path}, which isn't libzmq, since it has no zmq_version. Its code may have run in this ` +
      "process. Find out why it's there; then remove it, or name your libzmq by LIBZMQ_PATH (with " +
      "--allow-env=LIBZMQ_PATH), and allow that file alone (--allow-ffi=/its/absolute/path).",
    [{ path, reason }],
  );
}

function notPinned(path: string): LibraryError {
  const reason = "it opens, but can't be pinned in memory, which ending safely needs";
  return new LibraryError(`deno-zmq has loaded ${path}, and can't use it: ${reason}.`, [
    { path, reason },
  ]);
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

/** The text of a certificate's file: ZPL, the format of czmq's and pyzmq's. */

/** What a certificate's text says. */
export interface CertificateText {
  publicKey: string;
  secretKey: string | undefined;
  metadata: Record<string, string>;
}

const NAME = /^[\w$@.&+/-]{1,255}$/;
/** How long a line may be, so that no one overlooks what stands at its end. */
const LINE_LIMIT = 1024;
/** How many bytes of metadata there may be: with the rest, they fit into a file that is read again. */
const METADATA_LIMIT = 60_000;
const KEYS = ["public-key", "secret-key"];

/** Returns a certificate's text, with the secret key if there is one. Throws `TypeError` for metadata that it can't hold. */
export function formatCertificate(
  { publicKey, metadata }: { publicKey: string; metadata: Readonly<Record<string, string>> },
  secretKey: string | null,
): string {
  const banner = secretKey === null
    ? "#   A public CURVE certificate of ZeroMQ. Anyone may have it; pass it on in a way that\n" +
      "#   doesn't let it be exchanged for another."
    : "#   A SECRET CURVE certificate of ZeroMQ. Keep it where no one else can read it.";
  const lines = [banner, "", "metadata"];
  const entries = Object.entries(metadata).map(([name, value]) => entry(name, value));
  if (encoder.encode(entries.join("\n")).length > METADATA_LIMIT) {
    throw new TypeError(`A certificate's metadata must have at most ${METADATA_LIMIT} bytes`);
  }
  lines.push(...entries);
  lines.push("curve", `    public-key = "${publicKey}"`);
  if (secretKey !== null) lines.push(`    secret-key = "${secretKey}"`);
  return lines.join("\n") + "\n";
}

const encoder = new TextEncoder();

function entry(name: string, value: string): string {
  if (KEYS.includes(name)) {
    throw new TypeError(`A certificate's metadata can't have the name ${name}, which is a key's`);
  }
  if (!NAME.test(name)) {
    throw new TypeError(
      `A certificate's metadata can't have the name ${
        JSON.stringify(name)
      }: use letters, digits and -_$@.&+/`,
    );
  }
  // Neither czmq nor pyzmq has a way to escape a character.
  const quote = typeof value === "string" && [`"`, `'`].find((one) => !value.includes(one));
  if (typeof value !== "string" || !quote || CONTROL.test(value)) {
    throw new TypeError(
      `A certificate's metadata ${name} must be a string of one line, without both kinds of quotes`,
    );
  }
  const line = `    ${name} = ${quote}${value}${quote}`;
  if (line.length > LINE_LIMIT) {
    throw new TypeError(`A certificate's metadata ${name} must fit in ${LINE_LIMIT} characters`);
  }
  return line;
}

/** What some programs show as the end of a line, or not at all, so that a reader would see another text than the parser. */
// deno-lint-ignore no-control-regex -- it's what it is for
const CONTROL = /[\0-\x08\n-\x1f\x7f\u2028\u2029]/;

/**
 * Parses a certificate's text: only what has one meaning for all that read it, people and other parsers. Throws
 * `SyntaxError`, which doesn't show the text, since that may have a secret.
 */
export function parseCertificate(text: string): CertificateText {
  const sections = { curve: new Map<string, string>(), metadata: new Map<string, string>() };
  let section = "";
  let indent: string | undefined; // of the section's entries
  // Without expressions that look at a blank twice: they take a time that grows with the square of a line's length.
  for (const [at, raw] of text.split("\n").entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.length > LINE_LIMIT) fail(at, `is longer than ${LINE_LIMIT} characters`);
    if (CONTROL.test(line)) fail(at, "has a control character");
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const [name] = /^[\w$@.&+/-]{1,255}/.exec(content) ?? fail(at);
    const rest = content.slice(name.length).trimStart();
    if (rest !== "" && !rest.startsWith("=")) fail(at);
    const own = line.slice(0, line.length - line.trimStart().length);
    if (own === "") {
      [section, indent] = [name, undefined];
      continue;
    }
    const isKey = KEYS.includes(name);
    if (section !== "curve" && section !== "metadata") {
      if (isKey) fail(at, `has a ${name} that isn't under curve`);
      continue;
    }
    indent ??= own;
    if (own !== indent || rest === "") fail(at, `isn't directly under ${section}`);
    if (isKey && section !== "curve") fail(at, `has a ${name} that isn't under curve`);
    const entries = sections[section];
    if (entries.has(name)) fail(at, `has a ${isKey ? name : "name"} again`);
    entries.set(name, valueOf(rest.slice(1).trim(), at));
  }
  const publicKey = sections.curve.get("public-key");
  if (publicKey === undefined) throw new SyntaxError("it has no public-key under curve");
  const metadata = Object.fromEntries(sections.metadata);
  return { publicKey, secretKey: sections.curve.get("secret-key"), metadata };
}

function valueOf(text: string, line: number): string {
  const [quote] = text;
  if (quote !== `"` && quote !== `'`) return text.split("#", 1)[0].trimEnd();
  const end = text.indexOf(quote, 1);
  const after = text.slice(end + 1).trimStart();
  if (end < 0 || after !== "" && !after.startsWith("#")) fail(line);
  return text.slice(1, end);
}

function fail(line: number, what = 'isn\'t of the form name = "value"'): never {
  throw new SyntaxError(`line ${line + 1} ${what}`);
}

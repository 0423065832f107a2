/** The text of a certificate's file: ZPL, the format of czmq's and pyzmq's. */

import type { CertificateOptions } from "./certificate.ts";

const NAME = /^[\w$@.&+/-]{1,255}$/;

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
  for (const [name, value] of Object.entries(metadata)) lines.push(entry(name, value));
  lines.push("curve", `    public-key = "${publicKey}"`);
  if (secretKey !== null) lines.push(`    secret-key = "${secretKey}"`);
  return lines.join("\n") + "\n";
}

function entry(name: string, value: string): string {
  if (!NAME.test(name)) {
    throw new TypeError(
      `A certificate's metadata can't have the name ${
        JSON.stringify(name)
      }: use letters, digits and -_$@.&+/`,
    );
  }
  // Neither czmq nor pyzmq has a way to escape a character.
  const quote = typeof value === "string" && [`"`, `'`].find((one) => !value.includes(one));
  if (typeof value !== "string" || !quote || /[\r\n\0]/.test(value)) {
    throw new TypeError(
      `A certificate's metadata ${name} must be a string of one line, without both kinds of quotes`,
    );
  }
  return `    ${name} = ${quote}${value}${quote}`;
}

/** Parses a certificate's text. Throws `SyntaxError`, which doesn't show the text, since that may have a secret. */
export function parseCertificate(text: string): CertificateOptions {
  const parts: { curve: Map<string, string>; metadata: Map<string, string> } = {
    curve: new Map(),
    metadata: new Map(),
  };
  let section = "";
  text.split("\n").forEach((line, at) => {
    if (/^\s*(#|$)/.test(line)) return;
    const [, indent, name, rest] = /^(\s*)([\w$@.&+/-]+)\s*(?:=\s*(.*?)\s*)?$/.exec(line) ??
      fail(at);
    if (indent === "") section = name;
    else if (rest === undefined) return; // the start of a nested section
    else if (section === "curve" || section === "metadata") {
      parts[section].set(name, valueOf(rest, at));
    }
  });
  const [publicKey, secretKey] = ["public-key", "secret-key"].map((name) => parts.curve.get(name));
  if (publicKey === undefined) throw new SyntaxError("it has no public-key under curve");
  return { publicKey, secretKey, metadata: Object.fromEntries(parts.metadata) };
}

function valueOf(text: string, line: number): string {
  const quoted = /^(["'])(.*?)\1\s*(#.*)?$/.exec(text);
  if (quoted !== null) return quoted[2];
  if (/^["']/.test(text)) fail(line);
  return text.replace(/\s*#.*$/, "");
}

function fail(line: number): never {
  throw new SyntaxError(`line ${line + 1} isn't of the form name = "value"`);
}

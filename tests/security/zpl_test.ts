import { certificates } from "./support.ts";
import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Certificate, curveKeyPair } from "../../security/mod.ts";
import { formatCertificate, parseCertificate } from "../../security/zpl.ts";

Deno.test(certificates("files in the ways in which others write them are read", async (folder) => {
  const { publicKey, secretKey } = curveKeyPair();
  const ways = {
    pyzmq:
      `#   ****  Generated on 2026-11-24 by pyzmq  ****\n\n\nmetadata\n    name = Ada Lovelace\ncurve\n` +
      `    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    czmq:
      `#   ZeroMQ CURVE **Secret** Certificate\n\nmetadata\n    name = "Ada Lovelace"\ncurve\n` +
      `    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    other: `version = 1\nmore\n    deeper\n        name = "x"\n    name = "x"\n\n` +
      `curve\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n    use = "all"\n` +
      `metadata\n    name = "Ada Lovelace"\n`,
    windows: `metadata\r\n\tname = 'Ada Lovelace' # who else\r\ncurve\r\n` +
      `\tpublic-key="${publicKey}"\r\n\tsecret-key = "${secretKey}"   \r\n`,
    "indented otherwise in each section":
      `metadata\n  name = "Ada Lovelace"\ncurve\n\tpublic-key = "${publicKey}"\n` +
      `\tsecret-key = "${secretKey}"\n`,
    marked: `\ufeffmetadata\n    name = "Ada Lovelace"\ncurve\n` +
      `    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
  };
  for (const [name, text] of Object.entries(ways)) {
    await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o600 });
    const certificate = await Certificate.load(`${folder}/${name}`);
    assertEquals([certificate.publicKey, certificate.secretKey], [publicKey, secretKey]);
    assertEquals(certificate.metadata, { name: "Ada Lovelace" }, name);
  }
}));

Deno.test(certificates(
  "what isn't a certificate is a SyntaxError that names the file and shows nothing of it",
  async (folder) => {
    const { publicKey, secretKey } = curveKeyPair();
    const wrong = [
      "",
      "\0\0\0",
      "curve",
      `curve\n    secret-key = "${secretKey}"\n`,
      `curve\n    public-key = "${publicKey.slice(1)}"\n    secret-key = "${secretKey}"\n`,
      `curve\n    public-key = "${publicKey}\n    secret-key = "${secretKey}"\n`,
      `curve\n    public-key = "${curveKeyPair().publicKey}"\n    secret-key = "${secretKey}"\n`,
      `curve\n    public-key = "${publicKey}"\n    "${secretKey}"\n`,
      `metadata\n    public-key = "${publicKey}"\n`,
      `curve\n    public-key = "${publicKey}"\nmetadata\n${`    ${PLAIN} = x\n`.repeat(2)}`,
      `curve\n    public-key = "${publicKey}"\nmetadata\n    ${PLAIN.repeat(8)} = x\n`,
      `metadata\n    name = "${secretKey}\ncurve\n    public-key = "${publicKey}"\n`,
    ];
    for (const text of wrong) {
      await Deno.writeTextFile(`${folder}/wrong.key`, text, { mode: 0o600 });
      await rejects(Certificate.load(`${folder}/wrong.key`), (error: Error) => {
        const shown = Deno.inspect(error);
        assert(error instanceof SyntaxError && shown.includes(`${folder}/wrong.key`), shown);
        assert(!shown.includes(secretKey.slice(2, 38)) && !shown.includes(PLAIN), shown);
        return true;
      });
    }
    await rejects(Certificate.load(`${folder}/none.key`), Deno.errors.NotFound);
  },
));

Deno.test("a key that stood twice, nested or elsewhere was another one than its reader had seen", () => {
  const [one, other] = ["public-key = one", "public-key = other"];
  assertEquals(parseCertificate(`curve\n    ${one}\n`).publicKey, "one");
  const texts = {
    twice: `curve\n    ${one}\n    ${other}\n`,
    "in two sections": `curve\n    ${one}\nmetadata\n    name = x\ncurve\n    ${other}\n`,
    "in a nested section": `curve\n    ${one}\n    old\n        ${other}\n`,
    "under a value": `curve\n    ${one}\n        ${other}\n`,
    "under the other": `curve\n    ${one}\n        secret-key = hidden\n`,
    "as metadata": `metadata\n    ${other}\ncurve\n    ${one}\n`,
    "in another section": `curve\n    ${one}\nold\n    ${other}\n`,
    "behind what looks like an end of line": `curve\n    ${one}\n# \r    ${other}\n`,
    "with another name's metadata": `curve\n    ${one}\nmetadata\n    a = b\n    a = c\n`,
  };
  for (const [way, text] of Object.entries(texts)) {
    throws(() => parseCertificate(text), { name: "SyntaxError", message: /^line \d+ / }, way);
  }
  throws(() => new Certificate({ publicKey: KEY, metadata: { "public-key": "x" } }), TypeError);
});

Deno.test("a long line of blanks took a time that grew with the square of its length", () => {
  const blanks = " ".repeat(1000);
  const lines = [
    `name = a${blanks}b`,
    `name = ${blanks}`,
    `name = "a"${blanks}x`,
    `name${blanks}x`,
  ];
  const text = (line: string) => `metadata\n${`    ${line}\n`.repeat(60)}`;
  const started = performance.now();
  for (const line of lines) throws(() => parseCertificate(text(line)), SyntaxError);
  assert(performance.now() - started < 1000);
  const long = `metadata\n    name = a${" ".repeat(200_000)}b\n`;
  throws(() => parseCertificate(long), { message: "line 2 is longer than 1024 characters" });
});

Deno.test("metadata that a file can't hold, since it couldn't be read again, is a TypeError", () => {
  const made = (metadata: Record<string, string>) => new Certificate({ publicKey: KEY, metadata });
  const most = "x".repeat(1024 - `    name = ""`.length);
  const certificate = made({ name: most });
  assertEquals(certificate.metadata.name, most);
  assertEquals(parseCertificate(formatCertificate(certificate, null)).metadata.name, most);
  throws(() => made({ name: `${most}x` }), { name: "TypeError", message: /1024 characters/ });
  const many = Array.from({ length: 60 }, (_, at) => [`name${at}`, "x".repeat(1000)]);
  throws(() => made(Object.fromEntries(many)), { name: "TypeError", message: /60000 bytes/ });
  assertEquals(Object.keys(made(Object.fromEntries(many.slice(1))).metadata).length, 59);
  throws(() => made({ name: "a\u2028b" }), { name: "TypeError", message: /one line/ });
});

Deno.test("metadata that isn't text is refused in the certificate's words", () => {
  for (const value of [5, null, ["x"]] as never[]) {
    const message = /metadata name must be a string of one line/;
    throws(() => formatCertificate({ publicKey: KEY, metadata: { name: value } }, null), message);
  }
});

Deno.test("a certificate's file begins with whether it's to be kept secret", () => {
  const banner = (secretKey: string | null) =>
    formatCertificate({ publicKey: KEY, metadata: {} }, secretKey).slice(0, 12);
  assertEquals([banner(null), banner(KEY)], ["#   A public", "#   A SECRET"]);
});

const KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
/** What could be a key that happens to look like a name. */
const PLAIN = "0123456789abcdefghijklmnopqrstuvwxyzABCD";

Deno.test("a certificate's metadata may have 60,000 bytes, and not one more", () => {
  const line = (number: number, length: number) => {
    const name = String(number).padStart(4, "0");
    return [name, "x".repeat(length - `    ${name} = ""`.length)];
  };
  const made = (last: number) => {
    const lines = Array.from({ length: 60 }, (_, i) => line(i, i === 59 ? last : 1000));
    return formatCertificate({ publicKey: "", metadata: Object.fromEntries(lines) }, null);
  };
  made(60_000 - 59 * 1001);
  throws(() => made(60_001 - 59 * 1001), { name: "TypeError", message: /60000 bytes/ });
});

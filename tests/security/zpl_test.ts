import { certificates } from "./support.ts";
import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Certificate, curveKeyPair } from "../../security/mod.ts";

Deno.test(certificates("files in the ways in which others write them are read", async (folder) => {
  const { publicKey, secretKey } = curveKeyPair();
  const ways = {
    pyzmq:
      `#   ****  Generated on 2026-11-24 by pyzmq  ****\n\n\nmetadata\n    name = Ada Lovelace\ncurve\n` +
      `    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    czmq:
      `#   ZeroMQ CURVE **Secret** Certificate\n\nmetadata\n    name = "Ada Lovelace"\ncurve\n` +
      `    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    other: `version = 1\nmore\n    deeper\n        name = "x"\n    public-key = "x"\n\n` +
      `curve\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n    use = "all"\n` +
      `metadata\n    name = "Ada Lovelace"\n`,
    windows: `metadata\r\n\tname = 'Ada Lovelace' # who else\r\ncurve\r\n` +
      `\tpublic-key="${publicKey}"\r\n\tsecret-key = "${secretKey}"   \r\n`,
  };
  for (const [name, text] of Object.entries(ways)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
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
      `metadata\n    name = "${secretKey}\ncurve\n    public-key = "${publicKey}"\n`,
    ];
    for (const text of wrong) {
      await Deno.writeTextFile(`${folder}/wrong.key`, text);
      await rejects(Certificate.load(`${folder}/wrong.key`), (error: Error) => {
        const shown = Deno.inspect(error);
        assert(error instanceof SyntaxError && shown.includes(`${folder}/wrong.key`), shown);
        assert(!shown.includes(secretKey.slice(2, 38)), shown);
        return true;
      });
    }
    await rejects(Certificate.load(`${folder}/none.key`), Deno.errors.NotFound);
  },
));

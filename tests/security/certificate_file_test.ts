import { certificates } from "./support.ts";
import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { openFile } from "../../ffi/open_file.ts";
import { Certificate, CertificateFolder } from "../../security/mod.ts";
import { openDescriptors } from "../fds.ts";
import { onLinux } from "../socket/support.ts";
import { withFolder } from "../util.ts";
import { replaced } from "../replacing.ts";
import { held, soon, turns, turnsUntil } from "../waiting.ts";

Deno.test(
  certificates("a FIFO with a certificate's name never let its folder load", async (folder) => {
    const fifo = `${folder}/ada.key`;
    const { success } = await new Deno.Command("mkfifo", { args: [fifo] }).output();
    assertEquals(success, true);
    const expected = { name: "SyntaxError", message: /ada\.key .* isn't a regular file/ };
    await soon(rejects(Certificate.load(fifo), expected));
    await soon(rejects(CertificateFolder.open(folder), expected));
    await rejects(Certificate.load("/dev/null"), { name: "SyntaxError" });
    await rejects(Certificate.load(folder), { name: "SyntaxError" });
  }),
);

Deno.test(certificates(
  "a file that takes a certificate's place once that was looked at isn't waited for",
  async (folder) => {
    const path = `${folder}/ada.key`;
    const { publicKey } = Certificate.create();
    await Deno.writeTextFile(path, `curve\n    public-key = "${publicKey}"\n`);
    const { stat } = Deno;
    Deno.stat = async (path) => {
      const status = await stat(path);
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [String(path)] }).output();
      return status;
    };
    try {
      await soon(rejects(Certificate.load(path), { message: /isn't a regular file/ }));
    } finally {
      Deno.stat = stat;
    }
  },
));

Deno.test(
  certificates("a file of more than 64 kB isn't a certificate, and isn't read", async (folder) => {
    const path = `${folder}/ada.key`;
    const { publicKey } = Certificate.create();
    const text = `curve\n    public-key = "${publicKey}"\n`;
    const padded = (length: number) => text + "\n".repeat(length - text.length);
    await Deno.writeTextFile(path, padded(65_536));
    assertEquals((await Certificate.load(path)).publicKey, publicKey);
    await Deno.writeTextFile(path, padded(65_537));
    const tooLong = { name: "SyntaxError", message: /longer than 65536 bytes/ };
    await rejects(Certificate.load(path), tooLong);
    // A string of this length can't be made.
    await Deno.truncate(path, 600_000_000);
    await rejects(Certificate.load(path), tooLong);
  }),
);

Deno.test(certificates(
  "a secret certificate that others may read was loaded without a word",
  async (folder) => {
    const certificate = Certificate.create();
    const path = `${folder}/ada.key_secret`;
    await certificate.save(`${folder}/ada.key`);
    for (const mode of [0o600, 0o400]) {
      await Deno.chmod(path, mode);
      assertEquals((await Certificate.load(path)).secretKey, certificate.secretKey);
    }
    for (const mode of [0o640, 0o604, 0o602, 0o666]) {
      await Deno.chmod(path, mode);
      await rejects(Certificate.load(path), {
        name: "PermissionDenied",
        message: new RegExp(`ada\\.key_secret .*mode is ${mode.toString(8)}`),
      });
      const { secretKey } = await Certificate.load(path, { othersMayRead: true });
      assertEquals(secretKey, certificate.secretKey);
    }
    await Deno.chmod(`${folder}/ada.key`, 0o666);
    assertEquals((await Certificate.load(`${folder}/ada.key`)).secretKey, null);
    await rejects(Certificate.load(path, { othersMayRead: 1 } as never), TypeError);
    await rejects(Certificate.load(path, { mayRead: true } as never), TypeError);
  },
));

Deno.test(
  certificates(
    "what names no file was a file that wasn't found, or that wasn't a certificate",
    async () => {
      const paths = [undefined, 5, "", "a\0b", new URL("https://127.0.0.1/ada.key")];
      for (const path of paths as string[]) {
        await rejects(Certificate.load(path), TypeError);
        await rejects(Certificate.create().save(path), TypeError);
        await rejects(CertificateFolder.open(path), TypeError);
      }
    },
  ),
);

Deno.test(
  onLinux(
    "a certificate's file is closed once it was read, whatever is in it",
    () =>
      withFolder(async (folder) => {
        const path = `${folder}/ada.key`;
        await Deno.writeTextFile(path, `curve\n    public-key = "${"0".repeat(40)}"\n`);
        await Certificate.load(path);
        await Deno.writeTextFile(path, "curve\n");
        await rejects(Certificate.load(path), { name: "SyntaxError" });
        assertEquals(
          openDescriptors().filter((one) => one.includes(path)),
          [],
        );
      }),
  ),
);

for (const [what, text] of [["read", undefined], ["refused", "curve\n"]] as const) {
  Deno.test(
    certificates(`a certificate is ${what} only once its file is closed`, async (folder) => {
      const path = `${folder}/ada.key`;
      const { publicKey } = Certificate.create();
      await Deno.writeTextFile(path, text ?? `curve\n    public-key = "${publicKey}"\n`);
      const file = await openFile(path);
      const files = Object.getPrototypeOf(file) as typeof file;
      await file.close();
      const { close } = files;
      const may = Promise.withResolvers<void>();
      let closing = false;
      using _ = replaced(files, "close", async function (this: typeof file) {
        closing = true;
        await may.promise;
        await close.call(this);
      });
      let over = false;
      const loading = held(Certificate.load(path).finally(() => over = true));
      await turnsUntil(() => closing, "the close");
      await turns(3);
      assertEquals(over, false);
      may.resolve();
      await (text === undefined ? soon(loading) : soon(rejects(loading, { name: "SyntaxError" })));
    }),
  );
}

/** Certificates: their keys, their files, and folders of them. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { Certificate, curveKeyPair, z85Decode } from "../../security/mod.ts";
import * as zeromq from "../../zeromq.ts";
import { replaced } from "../replacing.ts";
import { turn } from "../waiting.ts";
import { certificates, letIn } from "./support.ts";

Deno.test(
  certificates("a certificate has a pair's keys, or those that it's given in either form", () => {
    const made = Certificate.create({ name: "Ada" });
    assertEquals([made.publicKey.length, made.secretKey?.length], [40, 40]);
    assertEquals(made.metadata, { name: "Ada" });
    const { publicKey, secretKey } = curveKeyPair();
    const forms = [
      { publicKey, secretKey },
      { secretKey },
      { publicKey: z85Decode(publicKey), secretKey: z85Decode(secretKey) },
    ];
    for (const form of forms) {
      const certificate = new Certificate(form);
      assertEquals([certificate.publicKey, certificate.secretKey], [publicKey, secretKey]);
      const open = certificate.toPublic();
      assertEquals([open.publicKey, open.secretKey, open.metadata], [publicKey, null, {}]);
    }
  }),
);

Deno.test(certificates("what makes no certificate is a TypeError that shows no key", () => {
  const [one, other] = [curveKeyPair(), curveKeyPair()];
  const slip = "a-secret-with-a-slip".padEnd(39, "x");
  const { publicKey } = one;
  const wrong = [
    ...[{}, { publicKey: "x" }, { publicKey: null }, { secretKey: slip }, { secretKey: 5 }],
    { publicKey, secretKey: other.secretKey },
    ...["a\nb", "a\0b", `"both' kinds`, 5, null].map((value) => ({
      publicKey,
      metadata: { value },
    })),
    ...["", "a b", "a=b", "#", "ä"].map((name) => ({ publicKey, metadata: { [name]: "x" } })),
  ] as never[];
  for (const parts of wrong) {
    throws(() => new Certificate(parts), (error: Error) => {
      const text = Deno.inspect(error);
      return error instanceof TypeError && !text.includes(slip) && !text.includes(other.secretKey);
    });
  }
}));

Deno.test(
  certificates(
    "options beside a certificate's that turn another mechanism off leave CURVE on",
    () => {
      const certificate = Certificate.create();
      const off = { plainServer: false, plainUsername: null, plainPassword: null };
      // Those of the drop-in's sockets are set in their order.
      const server = new zeromq.Pull(certificate.serverOptions(off));
      const client = new zeromq.Push(certificate.clientOptions(certificate, off));
      assertEquals([server.securityMechanism, client.securityMechanism], ["curve", "curve"]);
      server.close();
      client.close();
    },
  ),
);

Deno.test(
  certificates("a printed certificate shows its public key and data, not its secret key", () => {
    const certificate = Certificate.create({ name: "Ada" });
    const options = { depth: 9, showHidden: true, getters: true };
    for (
      const thing of [
        certificate,
        certificate.clientOptions(certificate),
        certificate.serverOptions(),
      ]
    ) {
      for (
        const text of [Deno.inspect(thing), Deno.inspect([thing], options), inspect(thing, options)]
      ) {
        assert(!text.includes(certificate.secretKey!), text);
      }
    }
    const text = Deno.inspect(certificate);
    assert(text.includes(certificate.publicKey) && text.includes("Ada"), text);
    assertEquals(JSON.parse(JSON.stringify(certificate)), {
      publicKey: certificate.publicKey,
      metadata: { name: "Ada" },
    });
  }),
);

Deno.test(certificates("a certificate's options let two sockets talk", async () => {
  const [server, client] = [Certificate.create(), Certificate.create()];
  await letIn(server.serverOptions(), client.clientOptions(server.publicKey));
  await letIn(server.serverOptions(), client.clientOptions(z85Decode(server.publicKey)));
  await letIn(server.serverOptions(), client.clientOptions(server.toPublic()));
  throws(() => server.toPublic().serverOptions(), { name: "TypeError", message: /no secret key/ });
  throws(() => server.toPublic().clientOptions(client), { name: "TypeError" });
  throws(() => server.clientOptions("x"), { name: "TypeError" });
}));

Deno.test(certificates(
  "saved and loaded, a certificate is the same, in its public file without the secret",
  async (folder) => {
    const certificate = Certificate.create({
      name: "Ada Lovelace",
      double: 'a "b" # c',
      single: "it's",
      odd: " # = é ",
      "-_$@.&+/": "",
    });
    await certificate.save(`${folder}/ada.key`);
    const [open, secret] = [
      await Certificate.load(`${folder}/ada.key`),
      await Certificate.load(new URL(`file://${folder}/ada.key_secret`)),
    ];
    assertEquals([open.publicKey, open.secretKey], [certificate.publicKey, null]);
    assertEquals([secret.publicKey, secret.secretKey], [
      certificate.publicKey,
      certificate.secretKey,
    ]);
    for (const { metadata } of [open, secret]) assertEquals(metadata, certificate.metadata);
    assert(!(await Deno.readTextFile(`${folder}/ada.key`)).includes(certificate.secretKey!));
    assertEquals([...Deno.readDirSync(folder)].length, 2);
  },
));

Deno.test(certificates(
  "a certificate that was saved as x.key_secret had its secret in x.key_secret_secret, and none where it was looked for",
  async (folder) => {
    const certificate = Certificate.create();
    const path = `${folder}/a.key_secret`;
    const error = { name: "TypeError", message: /its public file's name, \S+\/a\.key:/ };
    for (const named of [path, new URL(`file://${path}`)]) {
      await rejects(certificate.save(named), error);
      await rejects(certificate.toPublic().save(named, { overwrite: true }), error);
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  },
));

Deno.test(certificates(
  "only its owner can read a secret certificate, also one that takes an open file's place",
  async (folder) => {
    const modeOf = (name: string) => Deno.statSync(`${folder}/${name}`).mode! & 0o777;
    await Certificate.create().save(`${folder}/a.key`);
    assertEquals(modeOf("a.key_secret"), 0o600);
    assertEquals(modeOf("a.key") & 0o600, 0o600);
    await Deno.writeTextFile(`${folder}/b.key_secret`, "open to all", { mode: 0o644 });
    await Deno.chmod(`${folder}/b.key_secret`, 0o644);
    const certificate = Certificate.create();
    await certificate.save(new URL(`file://${folder}/b.key`), { overwrite: true });
    assertEquals(modeOf("b.key_secret"), 0o600);
    assertEquals(
      (await Certificate.load(`${folder}/b.key_secret`)).secretKey,
      certificate.secretKey,
    );
    assertEquals([...Deno.readDirSync(folder)].length, 4);
  },
));

Deno.test(certificates(
  "files that are there aren't overwritten, and a failure leaves none behind",
  async (folder) => {
    const first = Certificate.create();
    await first.save(`${folder}/a.key`);
    await rejects(Certificate.create().save(`${folder}/a.key`), Deno.errors.AlreadyExists);
    assertEquals((await Certificate.load(`${folder}/a.key_secret`)).secretKey, first.secretKey);
    await Deno.remove(`${folder}/a.key`);
    await rejects(Certificate.create().save(`${folder}/a.key`), Deno.errors.AlreadyExists);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.key_secret"]);
    await rejects(first.save(`${folder}/nowhere/a.key`, { overwrite: true }), Deno.errors.NotFound);
    await first.toPublic().save(`${folder}/a.key`);
    await first.toPublic().save(`${folder}/a.key`, { overwrite: true });
    assertEquals((await Certificate.load(`${folder}/a.key`)).publicKey, first.publicKey);
  },
));

Deno.test(certificates(
  "a save that can't take the place of what is there rejects, and leaves nothing beside it",
  async (folder) => {
    await Deno.mkdir(`${folder}/a.key`);
    const { remove } = Deno;
    using _ = replaced(Deno, "remove", async (path) => {
      await turn();
      return remove(path);
    });
    const saved = Certificate.create().save(`${folder}/a.key`, { overwrite: true });
    await rejects(saved, { code: "EISDIR" });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.key"]);
  },
));

Deno.test(certificates(
  "a save for which the disk had no room left a part of a file, which the next one found in its way",
  async (folder) => {
    const certificate = Certificate.create();
    const { writeTextFile } = Deno;
    {
      using _ = replaced(Deno, "writeTextFile", async (path, text, options) => {
        await writeTextFile(path, String(text).slice(0, 10), options);
        throw new Error("no space left on device");
      });
      for (const overwrite of [false, true]) {
        await rejects(certificate.save(`${folder}/a.key`, { overwrite }), /no space left/);
        assertEquals([...Deno.readDirSync(folder)], []);
      }
    }
    await certificate.save(`${folder}/a.key`);
  },
));

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { Context } from "../../mod.ts";
import { Authenticator, Certificate, CertificateFolder, z85Decode } from "../../security/mod.ts";
import { replaced } from "../replacing.ts";
import { soon } from "../waiting.ts";
import { certificates, letIn, refused, statusOf } from "./support.ts";

Deno.test(certificates(
  "a folder's certificates come in, and a reload sees what was added and removed",
  async (folder) => {
    const [server, ada, bob, eve] = Array.from({ length: 4 }, () => Certificate.create());
    await ada.toPublic().save(`${folder}/ada & co%20.key`);
    await eve.save(`${folder}/eve.public`);
    await Deno.writeTextFile(`${folder}/notes.txt`, "no certificate");
    await Deno.mkdir(`${folder}/more.key`);
    for (
      const path of [
        folder,
        `${folder}/`,
        new URL(`file://${folder}`),
        new URL(`file://${folder}/`),
      ]
    ) {
      const known = await CertificateFolder.open(path);
      assertEquals(known.certificates.map(({ publicKey }) => publicKey), [ada.publicKey]);
      assertEquals([known.has(ada.publicKey), known.has(bob.publicKey)], [true, false]);
      assertEquals(known.get(ada.publicKey)?.publicKey, ada.publicKey);
    }
    const known = await CertificateFolder.open(folder);
    await using authenticator = new Authenticator();
    authenticator.configureCurve(known);
    const options = { ...server.serverOptions(), zapDomain: "home", zapEnforceDomain: true };
    await letIn(options, ada.clientOptions(server));
    await refused(options, bob.clientOptions(server));
    await refused(options, eve.clientOptions(server));
    await bob.toPublic().save(`${folder}/bob.key`);
    await Deno.remove(`${folder}/ada & co%20.key`);
    await letIn(options, ada.clientOptions(server)); // it wasn't looked at yet
    await known.reload();
    await letIn(options, bob.clientOptions(server));
    await refused(options, ada.clientOptions(server));
  },
));

Deno.test(certificates(
  "a reload that took longer than a later one brought a removed certificate back",
  async (folder) => {
    const ada = Certificate.create();
    await ada.toPublic().save(`${folder}/ada.key`);
    const known = await CertificateFolder.open(folder);
    const { load } = Certificate;
    const [loaded, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    using _slow = replaced(Certificate, "load", async (...args) => {
      const certificate = await load.apply(Certificate, args);
      loaded.resolve();
      await goesOn.promise;
      return certificate;
    });
    const slow = known.reload();
    await soon(loaded.promise);
    await Deno.remove(`${folder}/ada.key`);
    await known.reload();
    assertEquals(known.has(ada.publicKey), false);
    goesOn.resolve();
    await soon(slow);
    assertEquals(known.has(ada.publicKey), false);
  },
));

Deno.test(certificates(
  "a folder with a broken certificate isn't loaded; what was stays in force",
  async (folder) => {
    const ada = Certificate.create();
    await ada.toPublic().save(`${folder}/ada.key`);
    const known = await CertificateFolder.open(folder);
    await Deno.writeTextFile(`${folder}/broken.key`, "curve\n");
    await Deno.remove(`${folder}/ada.key`);
    await rejects(known.reload(), { name: "SyntaxError", message: /broken\.key/ });
    await Deno.symlink(`${folder}/nowhere`, `${folder}/lost.key`);
    await rejects(known.reload(), {
      name: "SyntaxError",
      message: /^2 of .*\n.*broken\.key.*\n.*lost\.key/,
    });
    await rejects(CertificateFolder.open(folder), { name: "SyntaxError" });
    await rejects(CertificateFolder.open(`${folder}/none`), Deno.errors.NotFound);
    using context = new Context();
    using authenticator = new Authenticator({ context });
    authenticator.configureCurve(known);
    assertEquals(await statusOf(context, "CURVE", [z85Decode(ada.publicKey)]), "200");
  },
));

Deno.test(certificates(
  "a folder that skips broken files has the others in force, and says which it left out",
  async (folder) => {
    const [ada, bob, eve] = Array.from({ length: 3 }, () => Certificate.create());
    await ada.toPublic().save(`${folder}/ada.key`);
    await bob.toPublic().save(`${folder}/bob.key`);
    const known = await CertificateFolder.open(folder, { skipBroken: true });
    assertEquals([known.certificates.length, known.broken], [2, []]);
    await Deno.writeTextFile(`${folder}/bob.key`, "curve\n");
    await eve.toPublic().save(`${folder}/eve.key`);
    await Deno.symlink(`${folder}/nowhere`, `${folder}/lost.key`);
    await Deno.symlink(`${folder}/round.key`, `${folder}/round.key`);
    await Deno.symlink(folder, `${folder}/self.key`);
    await known.reload();
    const isKnown = [ada, bob, eve].map(({ publicKey }) => known.has(publicKey));
    assertEquals(isKnown, [true, false, true]);
    const named = known.broken.map(({ message }) => /\w+\.key/.exec(message)?.[0]);
    assertEquals(named, ["bob.key", "lost.key", "round.key", "self.key"]);
    await bob.toPublic().save(`${folder}/bob.key`, { overwrite: true });
    for (const name of ["lost", "round", "self"]) await Deno.remove(`${folder}/${name}.key`);
    await known.reload();
    assertEquals([known.has(bob.publicKey), known.broken], [true, []]);
    // Neither a folder that is missing, nor an option that is misspelt, is left out.
    await rejects(CertificateFolder.open(`${folder}/none`, { skipBroken: true }), {
      name: "NotFound",
    });
    await rejects(CertificateFolder.open(folder, { skipbroken: true } as never), TypeError);
    await rejects(CertificateFolder.open(folder, { skipBroken: 1 } as never), TypeError);
  },
));

Deno.test(certificates(
  "a file that is removed while its folder is read is no certificate, and no mistake",
  async (folder) => {
    const ada = Certificate.create();
    await ada.toPublic().save(`${folder}/ada.key`);
    const { readDir } = Deno;
    using _ = replaced(Deno, "readDir", async function* (path) {
      yield* readDir(path);
      yield { name: "gone.key", isFile: true, isDirectory: false, isSymlink: false };
    });
    const known = await CertificateFolder.open(folder);
    assertEquals([known.has(ada.publicKey), known.broken], [true, []]);
  },
));

Deno.test(certificates(
  "a folder that skips broken files takes no file for broken that couldn't be opened for another reason",
  async (folder) => {
    const ada = Certificate.create();
    await ada.toPublic().save(`${folder}/ada.key`);
    const known = await CertificateFolder.open(folder, { skipBroken: true });
    {
      const reason = new Error("Too many open files");
      using _ = replaced(Certificate, "load", () => Promise.reject(reason));
      await rejects(known.reload(), reason);
    }
    assertEquals([known.has(ada.publicKey), known.broken], [true, []]);
  },
));

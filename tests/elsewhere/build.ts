/** Builds the library of stand-ins with the libzmq in use, in a folder that is given, and prints its path. */

import { libraryPath } from "../../mod.ts";

const folder = await Deno.realPath(Deno.args[0]);
const library = `${folder}/libelsewhere.so`;
const source = new URL("stand_ins.c", import.meta.url).pathname;
// libzmq by its path, also where that is a bare name for the loader.
const libzmq = libraryPath.includes("/") ? libraryPath : `-l:${libraryPath}`;
const where = libraryPath.replace(/[^/]*$/, "") || "/";
const { code } = await new Deno.Command("cc", {
  args: [
    ...["-shared", "-fPIC", "-Wall", "-O1", "-o", library, source, "-lpthread"],
    ...["-Wl,--no-as-needed", libzmq, `-Wl,-rpath,${where}`],
  ],
}).spawn().status;
if (code !== 0) Deno.exit(1);
console.log(library);

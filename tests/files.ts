/** The library's files. */

/** Its folder. */
export const ROOT: URL = new URL("../", import.meta.url);

async function* modulesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isFile } of Deno.readDir(new URL(`./${folder}`, ROOT))) {
    if (isFile && name.endsWith(".ts")) yield folder + name;
  }
}

const { publish } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
/** The folders of its modules, as `deno.json` publishes them; the first is its own. */
export const FOLDERS: readonly string[] = [
  "",
  ...publish.include.filter((one: string) => /^(?!docs)\w+\/$/.test(one)),
];
/** All of its modules: where they stand in it. */
export const MODULES: readonly string[] =
  (await Promise.all(FOLDERS.map((one) => Array.fromAsync(modulesIn(one))))).flat().sort();

/** All files below a folder whose names end so. */
export async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) found.push(...await filesBelow(`${folder}${name}/`, ending));
    else if (name.endsWith(ending)) found.push(folder + name);
  }
  return found.sort();
}

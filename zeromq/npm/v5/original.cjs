// Written by tests/write_npm.ts.
/**
 * Finds the library that this package leads to.
 *
 * Fact: what `links` in a deno.json names, Deno copies into node_modules; npm makes a symbolic link. Failure: from the
 * copy no relative path leads to the library, and a copy of the library would be another one, with classes and a state of
 * its own. Decision: the copy reads in that deno.json where it comes from. Cost: a program needs `--allow-read`.
 */

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { library } = require("./package.json");

/** The object with the exports of one of the library's modules. */
module.exports = function original(module) {
  if (typeof Deno === "undefined") {
    throw new Error(
      "This package leads to deno-zmq, which runs on Deno: Node.js needs npm's zeromq.",
    );
  }
  for (const folder of folders()) {
    const file = path.resolve(folder, library, module);
    try {
      return require(file);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new Error(
    `This is a copy of a package that leads to deno-zmq (${__dirname}), and it can't find what it leads to: ` +
      `name the original in "links" of the deno.json beside node_modules, or put a symbolic link here.`,
  );
};

/** Where the package may be: here, and where it was copied from. */
function* folders() {
  yield __dirname;
  for (let child = __dirname, folder; child !== (folder = path.dirname(child)); child = folder) {
    if (path.basename(child) === "node_modules") yield* linked(folder);
  }
}

/** The folders that the configuration in a folder links. */
function* linked(folder) {
  for (const file of configurations(folder)) {
    const { links } = parse(fs.readFileSync(file, "utf8"));
    for (const link of Array.isArray(links) ? links : []) {
      const origin = fileURLToPath(new URL(link, pathToFileURL(file)));
      if (fs.existsSync(origin)) yield fs.realpathSync(origin);
    }
  }
}

/** Its usual name first; `--config` may have named another. */
function* configurations(folder) {
  for (const name of ["deno.json", "deno.jsonc"]) {
    const file = path.join(folder, name);
    if (fs.existsSync(file)) yield file;
  }
  for (const name of fs.readdirSync(folder)) {
    if (/(?<!^deno)\.jsonc?$/.test(name)) yield path.join(folder, name);
  }
}

/** JSON that may have comments, and commas before a closing bracket; nothing, if it's something else. */
function parse(text) {
  const plain = text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[^]*?\*\/|,(?=(?:\s|\/\/.*|\/\*[^]*?\*\/)*[\]}])/g,
    (_, string = "") => string,
  );
  try {
    return Object(JSON.parse(plain));
  } catch {
    return {};
  }
}

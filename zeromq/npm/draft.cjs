// Written by tests/write_npm.ts.
"use strict";
const { Client, Datagram, Dish, Gather, Radio, Scatter, Server } = require("./original.cjs")(
  "zeromq_draft.ts",
);
module.exports = { Client, Datagram, Dish, Gather, Radio, Scatter, Server };
Object.defineProperty(module.exports, "__esModule", { value: true });

"use strict";

module.exports = require("./original.cjs")("zeromq_v5_compat.ts").default;

module.exports = require("zeromq");

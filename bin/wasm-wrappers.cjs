// Loaded by the launchers before the program, in each of its threads. V8 13.6 may die when a WebAssembly wrapper is compiled
// again while another thread ends, and Node's type stripper, which a start with a compile cache does not need, has some: from
// the first use of WebAssembly on none is. The flag is not set for every start: V8 then refuses what Node brings
// compiled of its own modules, some 45 ms of each start and of the first thread.
const { setFlagsFromString } = require('node:v8');

const { Module } = WebAssembly;

WebAssembly.Module = class extends Module {
  constructor(...args) {
    setFlagsFromString('--wasm-wrapper-tiering-budget=2000000000');
    WebAssembly.Module = Module;
    super(...args);
  }
};

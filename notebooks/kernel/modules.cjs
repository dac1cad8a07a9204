'use strict';
const path = require('node:path');

/**
 * Runs `configure` on a package when a cell loads it for the first time, so that a kernel in which nobody uses
 * TensorFlow.js does not wait two seconds for it.
 */
exports.onFirstLoad = function onFirstLoad(name, configure) {
  const Module = /** @type {any} */ (require('node:module').Module);
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === name) {
      Module._load = load;
      configure(loaded);
    }
    return loaded;
  };
};

/**
 * Makes packages findable from notebooks in any folder: `require` falls back to `modulesFolder`, and so do the types
 * that the kernel's TypeScript resolves.
 * @param {any} ts the TypeScript that tslab converts cells with
 * @param {string} tslabFolder folder of the tslab package
 * @param {string | undefined} modulesFolder a node_modules folder
 */
exports.forwardModules = function forwardModules(ts, tslabFolder, modulesFolder) {
  // tslab looks for @types/node inside itself; npm may have hoisted it beside tslab.
  const forwards = [[path.join(tslabFolder, 'node_modules') + path.sep, path.dirname(tslabFolder)]];
  if (modulesFolder) {
    forwards.push([path.join(process.cwd(), 'node_modules') + path.sep, modulesFolder]);
    process.env.NODE_PATH = [modulesFolder, process.env.NODE_PATH].filter(Boolean).join(path.delimiter);
    /** @type {any} */ (require('node:module').Module)._initPaths();
  }
  const forward = (/** @type {unknown} */ name) => {
    if (typeof name !== 'string') return undefined;
    const normal = path.normalize(name);
    const hit = forwards.find(([from]) => normal.startsWith(from));
    return hit && path.join(hit[1], normal.slice(hit[0].length));
  };
  // Each function of the file system as TypeScript sees it, and how it says "there is nothing".
  const missing = {
    fileExists: (result) => !result,
    directoryExists: (result) => !result,
    getDirectories: (result) => result.length === 0,
    readFile: (result) => result === undefined,
    realpath: (result, name) => result === name,
  };
  for (const [name, isMissing] of Object.entries(missing)) {
    const real = ts.sys[name].bind(ts.sys);
    ts.sys[name] = (file, ...rest) => {
      const result = real(file, ...rest);
      const elsewhere = isMissing(result, file) ? forward(file) : undefined;
      return elsewhere ? real(elsewhere, ...rest) : result;
    };
  }
};

// One activation of the bundled extension in a process of its own, over a stand-in for the editor.
const Module = require('node:module');
const { join } = require('node:path');

/** Anything: called, constructed, extended, or asked for a name, it gives more of itself. */
function anything() {
  const made = new Map();
  const base = class {
    dispose() {}
  };
  const all = new Proxy(base, {
    get: (target, name) => {
      if (name === 'prototype') return target.prototype;
      if (name === Symbol.toPrimitive) return () => '';
      if (name === Symbol.dispose || name === 'dispose') return () => {};
      if (name === Symbol.iterator) return function* () {};
      if (name === 'then') return undefined;
      if (!made.has(name)) made.set(name, anything());
      return made.get(name);
    },
    set: () => true,
    apply: () => anything(),
    construct: (target, args, derived) => (derived === all ? anything() : Reflect.construct(target, args, derived)),
  });
  return all;
}

const vscode = anything();
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === 'vscode' ? vscode : load.call(this, request, ...rest);
};
const root = process.argv[2];
const context = {
  subscriptions: [],
  extensionPath: root,
  extensionUri: anything(),
  globalStorageUri: anything(),
  secrets: anything(),
  workspaceState: { get: (_key, value) => value, update: async () => {}, keys: () => [] },
  globalState: { get: (_key, value) => value, update: async () => {}, keys: () => [] },
};
const began = performance.now();
const extension = require(join(root, 'dist/extension.js'));
const loaded = performance.now();
extension.activate(context);
const ended = performance.now();
const parts = context.subscriptions.length;
const engineIsLoaded = Object.keys(require.cache).some((file) => file.endsWith('engine.js'));
process.stdout.write(
  JSON.stringify({ loadMs: loaded - began, activateMs: ended - loaded, parts, engineIsLoaded }),
  () => process.exit(0),
);

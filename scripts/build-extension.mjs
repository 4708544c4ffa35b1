// Builds the extension in three files: what a window loads when it starts (extension.js), what it loads when something runs or is
// read (engine.js), and the words of the domain that both must share, because an error is known by its class (domain.js).
import { readdir } from 'node:fs/promises';
import { build } from 'esbuild';

/** `bundle`: the options that all bundles have in common. */
export async function buildExtension(bundle) {
  // Loaded into every window: what is not read is not shipped. Names of functions and classes stay in stack traces.
  const options = { ...bundle, outdir: 'dist', minify: true };
  const domain = (await readdir('src/domain')).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3));
  const parts = new Set();
  await Promise.all([
    build({ ...options, ...entry('domain', 'src/domain', domain) }),
    build({
      ...options,
      entryPoints: { extension: 'src/vscode/extension.ts' },
      external: [...bundle.external, 'vscode'],
      plugins: [sharesDomain, loadsEngineLate(parts)],
    }),
  ]);
  // `vscode` is not external here: a stray import of it below the shell breaks this build.
  await build({
    ...options,
    ...entry('engine', 'src/app', [...parts].sort()),
    plugins: [...bundle.plugins, onlyClient, sharesDomain],
  });
}

/** A file that exports modules of a folder, each under its name. */
function entry(name, folder, modules) {
  const contents = modules
    .map((module) => `export * as ${exportName(module)} from './${folder}/${module}.ts';`)
    .join('\n');
  return { stdin: { contents, resolveDir: '.', sourcefile: `${name}.ts`, loader: 'ts' }, entryNames: name };
}

/** Every import of a module of the domain becomes one of domain.js. */
const sharesDomain = {
  name: 'shares domain',
  setup: (builder) => {
    builder.onResolve({ filter: /\/domain\/[\w-]+\.ts$/ }, ({ path }) => ({
      path: moduleOf(path),
      namespace: 'domain',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'domain' }, ({ path }) => from('domain', path));
    builder.onResolve({ filter: /^\.\/domain\.js$/, namespace: 'domain' }, ({ path }) => ({ path, external: true }));
  },
};

/** Every `await import()` of a module of the engine becomes one of engine.js; `parts` gets their names. */
function loadsEngineLate(parts) {
  return {
    name: 'loads engine late',
    setup: (builder) => {
      builder.onResolve({ filter: /\/app\/[\w-]+\.ts$/ }, ({ path, kind }) => {
        if (kind !== 'dynamic-import') return undefined;
        parts.add(moduleOf(path));
        return { path: moduleOf(path), namespace: 'engine' };
      });
      builder.onLoad({ filter: /.*/, namespace: 'engine' }, ({ path }) => from('engine', path));
      builder.onResolve({ filter: /^\.\/engine\.js$/, namespace: 'engine' }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** ssh2 brings a server, a maker of keys, agents for HTTP and a file transfer as well: an editor needs none of them. */
const onlyClient = {
  name: 'only client',
  setup: (builder) => {
    builder.onResolve({ filter: /^\.\/(server|keygen|http-agents)\.js$/ }, ({ path, importer }) =>
      /\bssh2[\\/]lib[\\/]index\.js$/.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    // Files go through our own runner. ssh2 asks only whether a channel is one of these.
    builder.onResolve({ filter: /^\.\/(protocol\/)?SFTP\.js$/ }, ({ path, importer }) =>
      /\bssh2[\\/]lib[\\/]\w+\.js$/.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

function from(file, module) {
  return { contents: `module.exports = require('./${file}.js').${exportName(module)};`, loader: 'js' };
}

function moduleOf(path) {
  return path.slice(path.lastIndexOf('/') + 1, -'.ts'.length);
}

function exportName(module) {
  return module.replaceAll('-', '_');
}

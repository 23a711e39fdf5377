// Loaded by the launchers before the program, in each of its threads. A relative name in an import of ours is the path of
// the file: that Node looks whether there is one, and of what kind, is a quarter of the time that a start takes.
const { registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');

const built = pathToFileURL(`${__dirname}/../dist/`).href;

registerHooks({
  resolve(specifier, { parentURL }, nextResolve) {
    if (!specifier.startsWith('.') || parentURL === undefined) return nextResolve(specifier);
    // Sources, or what is built of them; other packages have their own ways.
    const isSource = specifier.endsWith('.ts');
    if (!isSource && !parentURL.startsWith(built)) return nextResolve(specifier);
    const { href } = new URL(specifier, parentURL);
    return { url: href, format: isSource ? 'module-typescript' : 'module', shortCircuit: true };
  },
});

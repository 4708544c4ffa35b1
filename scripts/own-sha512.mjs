// bcrypt-pbkdf, which opens keys that have a passphrase, brings a whole library of cryptography for one hash that Node has.
const SHA512 = `
const { createHash } = require('node:crypto');
exports.lowlevel = {
  crypto_hash: (out, message, length) => {
    out.set(createHash('sha512').update(message.subarray(0, length)).digest());
    return 0;
  },
};`;

/** Puts Node's SHA-512 in the place of tweetnacl: 36 kB less for every window to read, and faster. */
export const ownSha512 = {
  name: 'own SHA-512',
  setup: (builder) => {
    builder.onResolve({ filter: /^tweetnacl$/ }, ({ path }) => ({ path, namespace: 'own-sha512' }));
    builder.onLoad({ filter: /.*/, namespace: 'own-sha512' }, () => ({ contents: SHA512, loader: 'js' }));
  },
};

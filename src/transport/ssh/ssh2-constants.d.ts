declare module 'ssh2/lib/protocol/constants.js' {
  /** What this build of ssh2 can do with the cryptography of the program that it runs in. */
  const constants: {
    readonly SUPPORTED_KEX: readonly string[];
    readonly SUPPORTED_SERVER_HOST_KEY: readonly string[];
    readonly SUPPORTED_CIPHER: readonly string[];
    readonly SUPPORTED_MAC: readonly string[];
  };
  export default constants;
}

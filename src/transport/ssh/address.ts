import { connectError } from './errors.ts';

/** What the user typed for a server, taken apart. */
export interface Address {
  /** An alias of the SSH configuration, a host name or an IP address. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

// Both travel to `ssh` as arguments and, through %-tokens, into the user's ProxyCommand, which a shell reads. So no character
// that any shell could understand, and no leading dash.
const HOST = /^[\p{L}\p{N}_:][\p{L}\p{N}._:%+-]*$/u;
const USER = /^[\p{L}\p{N}_.][\p{L}\p{N}_.@+-]*$/u;

/** Reads `alias`, `[user@]host[:port]`, `[user@][::1]:port` or `ssh://[user@]host[:port]`. */
export function parseAddress(text: string): Address {
  const refuse = (reason: string) => connectError('connect/config', `Cannot connect to "${text}": ${reason}`);
  if (text.length > 1024)
    throw connectError('connect/config', 'Cannot connect: the server name is longer than 1024 characters');
  const plain = text.startsWith('ssh://') ? text.slice('ssh://'.length).replace(/\/$/, '') : text;
  if (plain.startsWith('-')) throw refuse('a server name cannot begin with a dash');
  const at = plain.lastIndexOf('@');
  const user = at === -1 ? undefined : plain.slice(0, at);
  const { host, port } = splitPort(plain.slice(at + 1));
  if (user !== undefined && !USER.test(user)) throw refuse('the user name holds a character that is not allowed');
  if (host.startsWith('-')) throw refuse('a server name cannot begin with a dash');
  if (!HOST.test(host)) throw refuse('it is not a server name');
  if (port === undefined) return user === undefined ? { host } : { host, user };
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535) throw refuse(`"${port}" is not a port`);
  return user === undefined ? { host, port: number } : { host, user, port: number };
}

function splitPort(text: string): { host: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return withPort(bracketed[1] ?? '', bracketed[2]);
  const colon = text.indexOf(':');
  // Two colons are an IPv6 address without a port.
  if (colon === -1 || text.indexOf(':', colon + 1) !== -1) return { host: text };
  return withPort(text.slice(0, colon), text.slice(colon + 1));
}

function withPort(host: string, port: string | undefined): { host: string; port?: string } {
  return port === undefined ? { host } : { host, port };
}

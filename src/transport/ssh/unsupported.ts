import { connectError } from './errors.ts';
import { configuredMethods } from './resolved-host.ts';

// Only what changes where or as whom we connect, whom we trust, or what is run. All else (multiplexing, forwarding, X11,
// compression) may be left out without anybody ending up in the wrong place.
const UNSUPPORTED: readonly { readonly name: string; readonly harmless: readonly string[] }[] = [
  { name: 'BindInterface', harmless: ['none'] },
  { name: 'CertificateFile', harmless: ['none'] },
  { name: 'KnownHostsCommand', harmless: ['none'] },
  { name: 'PKCS11Provider', harmless: ['none'] },
  { name: 'ProxyUseFdpass', harmless: ['no', 'false'] },
  { name: 'RemoteCommand', harmless: ['none'] },
  { name: 'RevokedHostKeys', harmless: ['none'] },
  { name: 'SecurityKeyProvider', harmless: ['none', 'internal', '$SSH_SK_PROVIDER'] },
  { name: 'SessionType', harmless: ['default'] },
  { name: 'Tunnel', harmless: ['no', 'false'] },
];

/** Throws, with the directive's name, when `directives` ask for something that we would have to leave out silently. */
export function refuseUnsupported(name: string, directives: ReadonlyMap<string, readonly string[]>): void {
  for (const directive of UNSUPPORTED) {
    const values = directives.get(directive.name.toLowerCase()) ?? [];
    if (values.some((value) => value !== '' && !directive.harmless.includes(value))) {
      throw connectError(
        'connect/config',
        `Cannot connect to "${name}": its SSH configuration uses ${directive.name}, which is not supported`,
      );
    }
  }
  const methods = configuredMethods(directives);
  const ours = methods.filter((method) => method !== 'gssapi-with-mic' && method !== 'hostbased');
  if (ours.length > 0) return;
  const directive = methods.includes('hostbased')
    ? 'HostbasedAuthentication'
    : methods.includes('gssapi-with-mic')
      ? 'GSSAPIAuthentication'
      : 'PreferredAuthentications';
  throw connectError(
    'connect/config',
    methods.length === 0
      ? `Cannot connect to "${name}": its SSH configuration allows no authentication method that is supported (${directive})`
      : `Cannot connect to "${name}": its SSH configuration uses ${directive} as its only way to log in, which is not supported`,
  );
}

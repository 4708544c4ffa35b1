import type { HostKeyQuestion } from '../../transport/transport.ts';

/** Where OpenSSH keeps the public half of a host key, by the key's type. */
const FILES: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ssh_host_ed25519_key.pub',
  'ssh-rsa': 'ssh_host_rsa_key.pub',
  'ssh-dss': 'ssh_host_dsa_key.pub',
};

/** A host key with its picture, as a document to compare with: a picture of characters needs letters of one width. */
export function hostKeyText(question: HostKeyQuestion): string {
  const { server, host, keyType, fingerprint, randomart, knownTypes } = question;
  return [
    `Host key of ${server}`,
    '',
    `Host         ${host}`,
    `Key type     ${keyType}`,
    ...(knownTypes.length > 0 ? [`Known by     ${knownTypes.join(', ')}`] : []),
    `Fingerprint  ${fingerprint}`,
    '',
    randomart,
    '',
    "Compare it with what the server's owner says. On the server itself this prints the same:",
    '',
    `  ssh-keygen -lv -f /etc/ssh/${FILES[keyType] ?? 'ssh_host_ecdsa_key.pub'}`,
    '',
  ].join('\n');
}

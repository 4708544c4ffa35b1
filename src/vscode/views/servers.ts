import type { Deployment } from '../../app/cronium.ts';
import type { Server } from '../../domain/server.ts';
import { lineText } from '../plain-text.ts';
import type { Row } from './row.ts';

/** The rows of the Servers view: what can be named, with the runner that is known to be there. */
export function serverRows(servers: readonly Server[], deployments: readonly Deployment[]): Row[] {
  return servers.map((server) => {
    const runner = deployments.find((one) => one.server === server.name && one.state === 'active');
    return serverRow(server, runner);
  });
}

function serverRow({ name, kind, address, tags }: Server, runner: Deployment | undefined): Row {
  const label = lineText(name);
  const words = [
    ...(kind === 'local' ? ['this machine'] : address === name ? [] : [lineText(address)]),
    ...tags.map((tag) => `@${lineText(tag)}`),
    ...(runner ? [`runner ${runner.version}`] : []),
  ];
  const tooltip = [
    label,
    kind === 'local' ? 'This machine' : `SSH: ${lineText(address)}`,
    ...(tags.length > 0 ? [`Tags: ${lineText(tags.join(', '))}`] : []),
    runner ? `Runner ${runner.version} for ${runner.platform}` : 'No runner yet: the first run brings it',
  ].join('\n');
  return {
    id: name,
    label,
    ...(words.length > 0 ? { description: words.join(' · ') } : {}),
    tooltip,
    icon: { name: kind === 'local' ? 'device-desktop' : 'server' },
    words: `server ${kind}`,
    spoken: `Server ${[label, ...words].join(', ')}`,
    target: { kind: 'server', name },
  };
}

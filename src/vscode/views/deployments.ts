import type { Deployment } from '../../app/cronium.ts';
import { lineText } from '../plain-text.ts';
import type { Row, RowIcon } from './row.ts';

const ICONS: Readonly<Record<Deployment['state'], RowIcon>> = {
  active: { name: 'pass', colour: 'testing.iconPassed' },
  deploying: { name: 'sync~spin' },
  failed: { name: 'error', colour: 'testing.iconFailed' },
};

/** The rows of the Deployments view: a server, and the runner versions that were put on it. */
export function deploymentRows(deployments: readonly Deployment[], deps: { moment(at: number): string }): Row[] {
  const servers = Map.groupBy(deployments, ({ server }) => server);
  return [...servers].map(([server, versions]) => {
    const name = lineText(server);
    const newest = versions[0];
    const description = newest ? `${newest.version} · ${newest.state}` : '';
    return {
      id: server,
      label: name,
      description,
      icon: { name: 'server' },
      words: 'deployedServer',
      spoken: `Server ${name}, runner ${description}`,
      children: versions.map((version) => deploymentRow(version, deps)),
    };
  });
}

function deploymentRow(deployment: Deployment, { moment }: { moment(at: number): string }): Row {
  const { server, sha256, version, platform, state, at } = deployment;
  const when = moment(at);
  return {
    id: `${server}\n${sha256}`,
    label: version,
    description: `${state} · ${lineText(platform)} · ${when}`,
    tooltip: `Runner ${version} for ${lineText(platform)}\n${state} since ${when}\nSHA-256 ${sha256}`,
    icon: ICONS[state],
    words: `deployment ${state}`,
    spoken: `Runner ${version}, ${state}, ${lineText(platform)}, ${when}`,
  };
}

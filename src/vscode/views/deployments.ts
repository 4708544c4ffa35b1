import type { Deployment } from '../../app/cronium.ts';
import { shortId } from '../../domain/id.ts';
import { lineText } from '../plain-text.ts';
import type { Row, RowIcon } from './row.ts';

export interface DeploymentRowDeps {
  /** Writes when something was. */
  moment(at: number): string;
  /** The event of a run; undefined when the run is not kept any more. */
  runName(run: string): string | undefined;
}

const ICONS: Readonly<Record<Deployment['state'], RowIcon>> = {
  active: { name: 'pass', colour: 'testing.iconPassed' },
  idle: { name: 'circle-outline' },
  deploying: { name: 'sync~spin' },
  failed: { name: 'error', colour: 'testing.iconFailed' },
};

const STATES: Readonly<Record<Deployment['state'], string>> = {
  active: 'active',
  idle: 'idle',
  deploying: 'updating',
  failed: 'failed',
};

/** The rows of the Deployments view: a server, the runner versions that were put on it, and the run that brought each. */
export function deploymentRows(deployments: readonly Deployment[], deps: DeploymentRowDeps): Row[] {
  const servers = Map.groupBy(deployments, ({ server }) => server);
  return [...servers].map(([server, versions]) => {
    const name = lineText(server);
    const shown = versions.find(({ state }) => state === 'active') ?? versions[0];
    const description = shown ? `${lineText(shown.version)} · ${STATES[shown.state]}` : '';
    return {
      id: server,
      label: name,
      description,
      tooltip: {
        title: name,
        facts: [
          { name: 'Runner', value: description },
          { name: 'Versions', value: String(versions.length) },
        ],
      },
      icon: { name: 'server' },
      words: 'deployedServer',
      spoken: `Server ${name}, runner ${description}`,
      target: { kind: 'server', name: server },
      children: versions.map((version) => deploymentRow(version, deps)),
    };
  });
}

function deploymentRow(deployment: Deployment, deps: DeploymentRowDeps): Row {
  const { server, sha256, state, run } = deployment;
  const version = lineText(deployment.version);
  const platform = lineText(deployment.platform);
  const when = deps.moment(deployment.at);
  const description = `${STATES[state]} · ${platform} · ${when}`;
  const id = `${server}\n${sha256}`;
  return {
    id,
    label: version,
    description,
    tooltip: {
      title: `Runner ${version}`,
      facts: [
        { value: describeState(state) },
        { name: 'Server', value: lineText(server) },
        { name: 'Platform', value: platform },
        { name: 'Since', value: when },
        ...(run === undefined ? [] : [{ name: 'Brought by', value: `run ${shortId(run)}` }]),
        { name: 'SHA-256', value: sha256 },
      ],
    },
    icon: ICONS[state],
    words: `deployment ${STATES[state]}`,
    spoken: `Runner ${version} on ${lineText(server)}, ${description}`,
    target: { kind: 'deployment', server, sha256 },
    children: run === undefined ? [] : runRows(run, id, deps),
  };
}

function describeState(state: Deployment['state']): string {
  switch (state) {
    case 'active':
      return 'Active: runs on this server use it';
    case 'idle':
      return 'Idle: it lies there beside the active one';
    case 'deploying':
      return 'Updating: it is on its way';
    case 'failed':
      return 'Failed: it did not get there, or did not start';
    default:
      return state satisfies never;
  }
}

/** A click opens the run. */
function runRows(run: string, deployment: string, { runName }: DeploymentRowDeps): Row[] {
  const name = runName(run);
  if (name === undefined) return [];
  const label = lineText(name);
  return [
    {
      id: `${deployment}\n${run}`,
      label,
      description: `brought it · run ${shortId(run)}`,
      icon: { name: 'history' },
      words: 'broughtBy',
      spoken: `Brought by run ${shortId(run)} of ${label}`,
      target: { kind: 'run', run },
    },
  ];
}

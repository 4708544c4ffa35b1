import { type LogOutputChannel, l10n, workspace } from 'vscode';
import { sentence } from '../../../domain/errors.ts';
import { SETTINGS } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import type { RememberedSecrets } from '../../host/secrets.ts';
import { healthIntervalMs } from '../../host/settings.ts';
import type { Trees } from '../../views/trees.ts';
import { type Handlers, rowsOf } from '../handler.ts';
import { addServer } from './add-server.ts';
import { checkHealth } from './check-health.ts';
import { chooseServers } from './choose-servers.ts';
import { cleanServer } from './clean-server.ts';
import { connectServer, disconnectServer } from './connect-server.ts';
import { deployRunner, removeDeployment, rollBack } from './deploy.ts';
import { eachServer } from './each-server.ts';
import { editServer, removeServer } from './edit-server.ts';
import { forgetSecrets } from './forget-secrets.ts';
import { HealthPoll } from './health-poll.ts';
import { copyServerName, copySshCommand, openTerminal } from './open-terminal.ts';

type Names =
  | 'addServer'
  | 'editServer'
  | 'removeServer'
  | 'connectServer'
  | 'disconnectServer'
  | 'checkHealth'
  | 'deployRunner'
  | 'cleanServer'
  | 'openTerminal'
  | 'copyServerName'
  | 'copySshCommand'
  | 'forgetSecrets'
  | 'redeploy'
  | 'rollBack'
  | 'removeDeployment';

export interface ServerDeps {
  readonly engine: LazyEngine;
  readonly secrets: RememberedSecrets;
}

/** How long a server may take to tell its health before the next one is due. */
const HEALTH_LIMIT_MS = 20_000;

/** The commands for servers and what is on them. */
export function serverCommands(deps: ServerDeps): Handlers<Names> {
  const choice = { placeholder: l10n.t('Choose the servers to clean'), count: 'many' } as const;
  return {
    // A quick fix says which name leads nowhere.
    addServer: (target) => addServer(deps, typeof target === 'string' ? target : undefined),
    editServer: (target, selected) => editServer(rowsOf(target, selected), deps),
    removeServer: (target, selected) => removeServer(rowsOf(target, selected), deps),
    connectServer: (target, selected) => connectServer(rowsOf(target, selected), deps),
    disconnectServer: (target, selected) => disconnectServer(rowsOf(target, selected), deps),
    checkHealth: (target, selected) => checkHealth(rowsOf(target, selected), deps),
    deployRunner: (target, selected) => deployRunner(rowsOf(target, selected), deps),
    cleanServer: async (target, selected) =>
      await cleanServer(await chooseServers(rowsOf(target, selected), deps, choice), deps),
    openTerminal: (target, selected) => openTerminal(rowsOf(target, selected), deps),
    copyServerName: (target, selected) => copyServerName(rowsOf(target, selected), deps),
    copySshCommand: (target, selected) => copySshCommand(rowsOf(target, selected), deps),
    forgetSecrets: () => forgetSecrets(deps.secrets),
    redeploy: (target, selected) => deployRunner(rowsOf(target, selected), deps),
    rollBack: (target, selected) => rollBack(rowsOf(target, selected), deps),
    removeDeployment: (target, selected) => removeDeployment(rowsOf(target, selected), deps),
  };
}

/** Asks connected servers for their health as often as the settings say, while the Servers view can be seen. */
export function registerServers(deps: {
  readonly engine: LazyEngine;
  readonly trees: Pick<Trees, 'areServersVisible'>;
  readonly log: LogOutputChannel;
}): Disposable {
  const { engine, trees, log } = deps;
  const poll = new HealthPoll({
    intervalMs: healthIntervalMs,
    isSeen: () => trees.areServersVisible && workspace.isTrusted,
    check: (signal) => checkConnected(engine, signal).catch((error: unknown) => log.info(sentence(error))),
  });
  const changes = workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(SETTINGS.healthInterval)) poll.update();
  });
  return {
    [Symbol.dispose]: () => {
      changes.dispose();
      poll[Symbol.dispose]();
    },
  };
}

/** Opens neither the engine nor a connection: what nobody uses is not asked. */
async function checkConnected({ opened: cronium }: LazyEngine, stopped: AbortSignal): Promise<void> {
  if (!cronium) return;
  const known = await cronium.knownServers();
  const servers = known.filter(({ state }) => state === 'connected').map(({ server }) => server);
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(HEALTH_LIMIT_MS)]);
  // A server that does not answer shows it in its row.
  await eachServer(servers, (server) => cronium.health(server, { signal }), { signal });
}

/** The commands of the extension; `package.json` says how they look, a contract test holds both together. */
export const COMMANDS = {
  runActiveScript: 'cronium.runActiveScript',
  runEvent: 'cronium.runEvent',
  runOn: 'cronium.runOn',
  runHere: 'cronium.runHere',
  cancelRun: 'cronium.cancelRun',
  showLog: 'cronium.showLog',
  refresh: 'cronium.refresh',
  openScript: 'cronium.openScript',
  pauseRunOnSave: 'cronium.pauseRunOnSave',
  resumeRunOnSave: 'cronium.resumeRunOnSave',
  forgetRunOnSave: 'cronium.forgetRunOnSave',
} as const;

/** The container of the views in the activity bar. */
export const VIEW_CONTAINER = 'cronium';

export const VIEWS = {
  events: 'cronium.events',
  servers: 'cronium.servers',
  deployments: 'cronium.deployments',
  runs: 'cronium.runs',
} as const;

/** Settings that name files of this machine: read from the user's settings only, never from a workspace. */
export const SETTINGS = {
  configFile: 'cronium.configFile',
  sshConfigFile: 'cronium.sshConfigFile',
} as const;

/** What `when` clauses may ask of us. */
export const CONTEXT_KEYS = {
  runOnSavePaused: 'cronium.runOnSavePaused',
} as const;

/** Keys of the state that the editor keeps for a workspace. */
export const MEMORY_KEYS = {
  chosenServers: 'cronium.chosenServers',
  runOnSave: 'cronium.runOnSave',
  runOnSavePaused: 'cronium.runOnSavePaused',
} as const;

/** The commands of the extension; `package.json` says how they look, a contract test holds both together. */
export const COMMANDS = {
  runActiveScript: 'cronium.runActiveScript',
  runOn: 'cronium.runOn',
  runSelection: 'cronium.runSelection',
  runWithArguments: 'cronium.runWithArguments',
  rerunLast: 'cronium.rerunLast',
  rerunFailed: 'cronium.rerunFailed',
  rerun: 'cronium.rerun',
  replay: 'cronium.replay',
  cancelRun: 'cronium.cancelRun',
  retryNow: 'cronium.retryNow',
  runEvent: 'cronium.runEvent',
  runHere: 'cronium.runHere',
  showMenu: 'cronium.showMenu',
  showLog: 'cronium.showLog',
  openRun: 'cronium.openRun',
  openFullLog: 'cronium.openFullLog',
  compareServers: 'cronium.compareServers',
  showByServer: 'cronium.showByServer',
  showInterleaved: 'cronium.showInterleaved',
  toggleFollow: 'cronium.toggleFollow',
  copyRunId: 'cronium.copyRunId',
  copyOutputs: 'cronium.copyOutputs',
  forgetRun: 'cronium.forgetRun',
  clearRuns: 'cronium.clearRuns',
  openScript: 'cronium.openScript',
  editEvent: 'cronium.editEvent',
  revealScript: 'cronium.revealScript',
  createEvent: 'cronium.createEvent',
  newEvent: 'cronium.newEvent',
  forgetRecent: 'cronium.forgetRecent',
  addServer: 'cronium.addServer',
  editServer: 'cronium.editServer',
  removeServer: 'cronium.removeServer',
  connectServer: 'cronium.connectServer',
  disconnectServer: 'cronium.disconnectServer',
  checkHealth: 'cronium.checkHealth',
  deployRunner: 'cronium.deployRunner',
  cleanServer: 'cronium.cleanServer',
  openTerminal: 'cronium.openTerminal',
  copyServerName: 'cronium.copyServerName',
  copySshCommand: 'cronium.copySshCommand',
  forgetSecrets: 'cronium.forgetSecrets',
  redeploy: 'cronium.redeploy',
  rollBack: 'cronium.rollBack',
  removeDeployment: 'cronium.removeDeployment',
  addVariable: 'cronium.addVariable',
  editVariable: 'cronium.editVariable',
  deleteVariable: 'cronium.deleteVariable',
  copyVariableName: 'cronium.copyVariableName',
  copyVariableValue: 'cronium.copyVariableValue',
  showVariableHistory: 'cronium.showVariableHistory',
  findVariableUses: 'cronium.findVariableUses',
  pauseRunOnSave: 'cronium.pauseRunOnSave',
  resumeRunOnSave: 'cronium.resumeRunOnSave',
  forgetRunOnSave: 'cronium.forgetRunOnSave',
  refresh: 'cronium.refresh',
  showDiagnostics: 'cronium.showDiagnostics',
  openWalkthrough: 'cronium.openWalkthrough',
} as const;

export type CommandName = keyof typeof COMMANDS;

/** The container of the views in the activity bar. */
export const VIEW_CONTAINER = 'cronium';

export const VIEWS = {
  events: 'cronium.events',
  servers: 'cronium.servers',
  deployments: 'cronium.deployments',
  variables: 'cronium.variables',
  runs: 'cronium.runs',
} as const;

/** What the editor calls the languages of scripts: `when` clauses and activation name the same. */
export const SCRIPT_LANGUAGES = [
  'shellscript',
  'zsh',
  'fish',
  'python',
  'javascript',
  'ruby',
  'perl',
  'php',
  'powershell',
  'lua',
  'r',
  'awk',
  'tcl',
  'julia',
  'elixir',
  'groovy',
] as const;

/** Languages of scripts that call helpers and are run by what an entry of `cronium.yaml` says only. */
export const CALLING_LANGUAGES = ['typescript'] as const;

/** The walkthrough, as the editor opens it: publisher, name and what `package.json` calls it. */
export const WALKTHROUGH_ID = 'cronium.cronium#start';

/** The settings; `host/settings.ts` reads them. */
export const SETTINGS = {
  parallel: 'cronium.run.parallel',
  timeout: 'cronium.run.timeout',
  unsaved: 'cronium.run.unsaved',
  reveal: 'cronium.run.reveal',
  notify: 'cronium.run.notify',
  codeLens: 'cronium.codeLens.enabled',
  autoSave: 'cronium.onSave.autoSave',
  onSaveReveal: 'cronium.onSave.reveal',
  logMode: 'cronium.logs.mode',
  maxRuns: 'cronium.history.maxRuns',
  maxAgeDays: 'cronium.history.maxAgeDays',
  servers: 'cronium.servers',
  groups: 'cronium.groups',
  healthInterval: 'cronium.health.interval',
  configFile: 'cronium.configFile',
  sshConfigFile: 'cronium.sshConfigFile',
  dataDir: 'cronium.dataDir',
  runnersDir: 'cronium.runnersDir',
} as const;

/** What `when` clauses may ask of us. */
export const CONTEXT_KEYS = {
  runOnSavePaused: 'cronium.runOnSavePaused',
  /** The end of the active run document is kept in sight. */
  following: 'cronium.following',
} as const;

/** Keys of the state that the editor keeps for a workspace. */
export const MEMORY_KEYS = {
  answers: 'cronium.answers',
  argumentLines: 'cronium.argumentLines',
  chosenServers: 'cronium.chosenServers',
  interpreters: 'cronium.interpreters',
  recentScripts: 'cronium.recentScripts',
  runRequests: 'cronium.runRequests',
  runOnSave: 'cronium.runOnSave',
  runOnSavePaused: 'cronium.runOnSavePaused',
  untoldRuns: 'cronium.untoldRuns',
} as const;

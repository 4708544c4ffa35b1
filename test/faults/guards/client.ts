import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'a job that was left without an answer is asked for, not given up',
    ids: ['F90', 'F91'],
    file: 'src/execution/resume.ts',
    find: '  const used = await deps.sessions.use(job.server, { signal: signals.leave });',
    replace:
      "  if (deps.random() < 2) return { kind: 'settled', outcome: NEVER_STARTED };\n  const used = await deps.sessions.use(job.server, { signal: signals.leave });",
  },
  {
    name: 'what the disk had no room for is no end of the job',
    ids: ['F95'],
    file: 'src/execution/own-log.ts',
    find: "(error.code.startsWith('mirror/') || error.code.startsWith('store/'))",
    replace: "error.code.startsWith('store/')",
  },
  {
    name: 'a database is looked over at its opening',
    ids: ['F96'],
    file: 'src/store/open-database.ts',
    find: '    checkWhole(connection);\n',
    replace: '',
  },
  {
    name: 'a run and its jobs are written together',
    ids: ['F97'],
    file: 'src/store/connection.ts',
    find: "this.#driver.execute(isOuter ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);",
    replace: 'if (!isOuter) this.#driver.execute(`SAVEPOINT ${name}`);',
  },
  {
    name: 'who has no lease does not look after a job',
    ids: ['F98'],
    file: 'src/app/attendant.ts',
    find: 'if (job.outcome || !tryClaim()) {',
    replace: 'if (job.outcome) {',
  },
  {
    name: 'a lost file descriptor is waited for',
    ids: ['F100'],
    file: 'src/transport/ssh/errors.ts',
    find: '  if (isOutOfFiles(error)) return true;\n',
    replace: '',
  },
  {
    name: 'silence is counted in ticks, of which a sleep is one',
    ids: ['F92'],
    file: 'src/transport/ssh/liveness.ts',
    find: '  const stop = every({ ms: tickMs, loop: deps.loop }, () => {\n    silent += 1;',
    replace:
      '  let last = Date.now();\n  const stop = every({ ms: tickMs, loop: deps.loop }, () => {\n    silent += Math.max(1, (Date.now() - last) / tickMs);\n    last = Date.now();',
  },
  {
    name: 'a lease is judged by its owner, too, and not by the clock alone',
    ids: ['F93'],
    file: 'src/store/jobs.ts',
    find: 'return isKnownDead(holder) || (hasRunOut && !isKnownAlive(holder));',
    replace: 'return until <= now;',
  },
  {
    name: 'a listener that throws stops no other',
    ids: ['F101'],
    file: 'src/base/emitter.ts',
    find: '        queueMicrotask(() => {\n          throw error;\n        });',
    replace: '        throw error;',
  },
  {
    name: 'a file system without locks is found out',
    ids: ['F99'],
    file: 'src/store/open-database.ts',
    find: '      if (!isForWantOfSharing(error)) throw error;',
    replace: '      throw error;',
  },
];

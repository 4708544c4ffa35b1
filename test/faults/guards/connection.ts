import type { Guard } from './guard.ts';

const RETRIES = 'isHopeless || attempt >= this.#plan.retries || signals.leave.aborted';
const BOOT_CHECKS = `'got=$(($(wc -c < "$up"))); [ "$got" = "$size" ] || fail size "$got" "$free" "$base";',
    'if [ $sum = 1 ]; then case $($hash < "$up" 2>/dev/null) in ""|"$sha "*) ;; *) fail hash;; esac; fi;',
`;

export const GUARDS: readonly Guard[] = [
  {
    name: 'a start is tried again',
    ids: ['F01', 'F03', 'F04', 'F05'],
    file: 'src/execution/start.ts',
    find: RETRIES,
    replace: RETRIES.replace('this.#plan.retries', '0'),
  },
  {
    name: 'what only a person can mend is not tried again',
    ids: ['F03'],
    file: 'src/execution/start.ts',
    find: 'const isHopeless = !deps.isRetryable(error) && !isDisconnection(error);',
    replace: 'const isHopeless = false;',
  },
  {
    name: 'a silent port has a deadline',
    ids: ['F02'],
    file: 'src/transport/ssh/connection.ts',
    find: 'deadline.start(host.connectTimeoutMs);\n    const { socket, explain }',
    replace: 'const { socket, explain }',
  },
  {
    name: 'a runner gets its name when it is whole',
    ids: ['F06'],
    file: 'src/runner/boot-script.ts',
    find: BOOT_CHECKS,
    replace: '',
  },
  {
    name: 'a session that is gone is made anew',
    ids: ['F07', 'F10', 'F11'],
    file: 'src/execution/sessions.ts',
    find: "  'session/closed',\n",
    replace: '',
  },
  {
    name: 'a known job is answered, not run',
    ids: ['F08'],
    file: 'runner/internal/serve/start.go',
    find: 'state, err := s.jobs.Load(m.Job)',
    replace: `if _, unknown := s.jobs.Load(m.Job); unknown == nil {
			_ = s.jobs.Remove(m.Job)
			_ = s.spawn(m, body)
		}
		state, err := s.jobs.Load(m.Job)`,
  },
  {
    name: 'a lost server is looked for',
    ids: ['F09', 'F13', 'F18', 'F20', 'F21', 'F22', 'F35'],
    file: 'src/execution/follow-job.ts',
    find: 'const again = await reattach(context, log);',
    replace: 'const again = undefined as Awaited<ReturnType<typeof reattach>>;',
  },
  {
    name: 'silence is taken for death',
    ids: ['F12', 'F22'],
    file: 'src/transport/ssh/liveness.ts',
    find: 'if (silent > silentTicks) deps.onDead(tickMs * silentTicks);',
    replace: 'if (silent < 0) deps.onDead(tickMs * silentTicks);',
  },
  {
    name: 'a short silence is not taken for death',
    ids: ['F13', 'F14'],
    file: 'src/transport/ssh/liveness.ts',
    find: 'const TICK_MS = 3_000;\nconst SILENT_TICKS = 4;',
    replace: 'const TICK_MS = 50;\nconst SILENT_TICKS = 0;',
  },
  {
    name: 'every byte counts as life',
    ids: ['F15'],
    file: 'src/transport/ssh/liveness.ts',
    find: "stream.on('data', onData);",
    replace: '',
  },
  {
    name: 'a frame may come in pieces',
    ids: ['F16'],
    file: 'src/runner/frame.ts',
    find: 'if (at < bytes.length) this.#hold(bytes.subarray(at), wantedBytes(bytes, at, bytes.length));',
    replace: '',
  },
  {
    name: 'a greeting may come in pieces',
    ids: ['F16'],
    file: 'src/transport/ssh/establish.ts',
    find: '    gatherGreeting(privates);\n',
    replace: '',
  },
  {
    name: 'a rekey with the same host key is no news',
    ids: ['F17'],
    file: 'src/transport/ssh/establish.ts',
    find: 'answer(isFine);\n',
    replace: 'answer(false);\n',
  },
  {
    name: 'a job that shall not outlive its clients is stopped',
    ids: ['F09'],
    file: 'runner/internal/supervise/control.go',
    find: '\t\tc.lonely.Reset(c.patience)\n',
    replace: '\t\t_ = c.patience\n',
  },
  {
    name: 'what is dropped from a spool is told',
    ids: ['F09'],
    file: 'runner/internal/spool/budget.go',
    find: '\t_ = w.announce()\n\tw.rewrite()\n',
    replace: '\tw.untold = nil\n\tw.rewrite()\n',
  },
  {
    name: 'a client that is gone without a word is noticed on the server',
    ids: ['F12'],
    file: 'runner/internal/serve/serve.go',
    find: '\t\ts.from.expect()\n',
    replace: '',
  },
];

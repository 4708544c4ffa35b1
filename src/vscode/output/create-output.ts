import { window } from 'vscode';
import type { LogEntry, LogPlace } from '../../app/cronium.ts';
import type { LazyEngine } from '../engine.ts';
import { logMode } from '../host/settings.ts';
import { describeMoment } from '../views/moment.ts';
import type { OutputPane } from './event-channel.ts';
import { RunOutput } from './run-output.ts';

/** The output of this window. */
export function createRunOutput(engine: LazyEngine): RunOutput {
  return new RunOutput({
    createPane,
    mode: logMode,
    readLog: (run, server, from) => readLog(engine, { run, server, from }),
    moment: (at) => describeMoment(at, Date.now()),
  });
}

function createPane(name: string): OutputPane {
  const channel = window.createOutputChannel(name);
  return {
    append: (text) => channel.append(text),
    clear: () => channel.clear(),
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
    get isVisible() {
      return window.visibleTextEditors.some(
        // The editor names the document of a channel after it.
        ({ document: { uri } }) => uri.scheme === 'output' && uri.path.endsWith(`-${name}`),
      );
    },
  };
}

async function* readLog(
  engine: LazyEngine,
  { run, server, from }: { readonly run: string; readonly server: string; readonly from: LogPlace | undefined },
): AsyncGenerator<LogEntry> {
  const cronium = await engine.get();
  const job = cronium.findRun(run).jobs.find((each) => each.server.name === server);
  if (job) yield* cronium.log(job, from ? { from } : {});
}

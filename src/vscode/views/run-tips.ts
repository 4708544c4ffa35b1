import { shortId } from '../../domain/id.ts';
import type { JobRecord, RunRecord, RunTrigger } from '../../domain/run.ts';
import { describeTook } from '../describe.ts';
import { lineText } from '../plain-text.ts';
import type { Fact, Tip } from './row.ts';

/** Hex digits of a hash that tell it from its neighbours. */
const HASH_DIGITS = 12;

/** What began a run, for a list (nothing: a person, as most runs) and in full. */
export const TRIGGERS: Readonly<Record<RunTrigger, { readonly short?: string; readonly long: string }>> = {
  person: { long: 'by hand' },
  save: { short: 'on save', long: 'by a save' },
  task: { short: 'task', long: 'by a task' },
  terminal: { short: 'terminal', long: 'in a terminal' },
};

interface Words {
  moment(at: number): string;
}

/** Everything that is known of a run. */
export function runTip(run: RunRecord, { status, moment }: Words & { readonly status: string }): Tip {
  const { git, script, replayOf } = run;
  const facts: readonly (Fact | undefined)[] = [
    { value: status },
    { name: 'Servers', value: lineText(run.jobs.map(({ server }) => server.name).join(', ')) },
    { name: 'Started', value: `${moment(run.startedAt)}, ${TRIGGERS[run.trigger].long}` },
    fact('Took', describeTook(run)),
    fact('Script', script && `${lineText(script.path)} (${run.scriptSha256.slice(0, HASH_DIGITS)})`),
    fact('Payload', run.payloadSha256.slice(0, HASH_DIGITS)),
    fact(
      'Commit',
      git && `${git.commit.slice(0, HASH_DIGITS)}${git.isDirty ? ', with changes that are not in it' : ''}`,
    ),
    fact('Replay of', replayOf && `run ${shortId(replayOf)}`),
    { name: 'Run', value: shortId(run.id) },
  ];
  return { title: lineText(run.eventName), facts: facts.filter((each) => each !== undefined) };
}

/** What is known of a run's part on one server. */
export function jobTip(job: JobRecord, { state, moment }: Words & { readonly state: string }): Tip {
  const { server, startedAt, endedAt } = job;
  const facts: readonly (Fact | undefined)[] = [
    { value: state },
    fact('Address', server.kind === 'local' ? undefined : lineText(server.address)),
    fact('Script started', startedAt === undefined ? undefined : moment(startedAt)),
    fact('Ended', endedAt === undefined ? undefined : moment(endedAt)),
  ];
  return { title: lineText(server.name), facts: facts.filter((each) => each !== undefined) };
}

function fact(name: string, value: string | undefined): Fact | undefined {
  return value === undefined || value === '' ? undefined : { name, value };
}

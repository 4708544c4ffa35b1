import { createHash } from 'node:crypto';
import type { ScriptEvent } from '../../domain/event.ts';
import type { RunPlan } from '../../domain/run.ts';
import { lineText } from '../plain-text.ts';

/** What a person approves: an event with this content and these options, on these servers. */
export interface Version {
  /** Changes with everything below. */
  readonly hash: string;
  readonly payloadSha256: string;
  readonly scriptSha256: string;
  /** What each option says, as JSON. */
  readonly options: Readonly<Record<string, string>>;
  /** Where each server is. */
  readonly servers: Readonly<Record<string, string>>;
  /** The script's text; absent when it is too long to keep. */
  readonly text?: string;
}

/** Longer scripts are compared by their hash only. */
const MAX_TEXT_CHARACTERS = 100_000;

/** Servers that a change names. */
const NAMED_SERVERS = 5;

/** The version of an event that a plan would run. Values of secrets are in no version. */
export function versionOf(event: ScriptEvent, plan: RunPlan, text: string | undefined): Version {
  const { payload, jobs, spec, parallel, overlap, retries } = plan;
  const { secrets: _values, ...started } = spec;
  const { id: _id, script, declaredAt: _place, servers: _selectors, ...said } = event;
  const own = jobs.flatMap(({ server, own }) => (own ? [[server.name, own]] : []));
  // What is said and what it comes to: `${env:STAGE}` is another option where STAGE is another.
  const all = { ...said, ...started, parallel, overlap, retries, ...(own.length > 0 ? { perServer: own } : {}) };
  const options = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)]));
  const servers = Object.fromEntries(
    jobs.map(({ server }) => [server.name, server.kind === 'local' ? 'local' : server.address]),
  );
  const facts = [event.id, script.path, payload.sha256, sorted(options), sorted(servers)];
  return {
    hash: createHash('sha256').update(JSON.stringify(facts)).digest('hex'),
    payloadSha256: payload.sha256,
    scriptSha256: payload.scriptSha256,
    options,
    servers,
    ...(text === undefined || text.length > MAX_TEXT_CHARACTERS ? {} : { text }),
  };
}

/** What is different now, in words; empty when nothing is. */
export function changesBetween(before: Version, now: Version): string[] {
  const isSameScript = before.scriptSha256 === now.scriptSha256;
  const content =
    before.payloadSha256 === now.payloadSha256 ? [] : [isSameScript ? 'the files beside the script' : 'the script'];
  return [...content, ...serverChanges(before.servers, now.servers), ...optionChanges(before.options, now.options)];
}

function optionChanges(before: Version['options'], now: Version['options']): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changed = [...names].filter((name) => before[name] !== now[name]).map((name) => WORDS[name] ?? name);
  return [...new Set(changed)];
}

/** The names under which people write the options. */
const WORDS: Readonly<Record<string, string>> = { timeoutMs: 'timeout', perServer: 'what differs between the servers' };

function serverChanges(before: Version['servers'], now: Version['servers']): string[] {
  const added = Object.keys(now).filter((name) => !Object.hasOwn(before, name));
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(now, name));
  const moved = Object.keys(now).filter((name) => Object.hasOwn(before, name) && before[name] !== now[name]);
  return [
    ...(added.length > 0 ? [`now also on ${listed(added)}`] : []),
    ...(gone.length > 0 ? [`no longer on ${listed(gone)}`] : []),
    ...moved.map((name) => `${lineText(name)} is now ${lineText(now[name] ?? '')}`),
  ];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_SERVERS).map(lineText);
  return names.length > NAMED_SERVERS
    ? `${shown.join(', ')} and ${names.length - NAMED_SERVERS} more`
    : shown.join(', ');
}

function sorted(values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}

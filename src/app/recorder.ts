import { setImmediate } from 'node:timers/promises';
import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { Server } from '../domain/server.ts';
import type { Journal } from '../execution/journal.ts';
import type { Artifact } from '../runner/artifacts.ts';
import type { Session } from '../runner/session.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Store } from '../store/store.ts';
import { Facts } from './facts.ts';

/** Intents that are written together at most: the first of them waits for as many turns of the event loop. */
const INTENTS_TOGETHER = 32;

/** Writes intents and facts to the store and says that something has changed. */
export class Recorder implements Journal {
  readonly #store: Store;
  readonly #changed: () => void;
  readonly #facts: Facts;
  /** What was known of the versions that are being put on servers now. */
  readonly #before = new Map<string, DeploymentRecord>();

  /** The jobs whose `starting` is written as soon as a turn of the event loop brings no more of them. */
  #intents: { readonly jobs: string[]; readonly written: Promise<void> } | undefined;

  constructor(store: Store, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
    this.#facts = new Facts({ store, changed });
  }

  async phase(job: string, phase: JobPhase): Promise<void> {
    if (phase === 'starting') this.intend(job);
    else await this.#facts.write({ job, phase, at: Date.now() });
  }

  intend(job: string): void {
    this.#facts.flush();
    this.#store.jobs.setPhase(job, 'starting', Date.now());
    this.#changed();
  }

  starting(job: string): Promise<void> {
    this.#intents ??= this.#collectIntents();
    this.#intents.jobs.push(job);
    return this.#intents.written;
  }

  /** That the server holds a payload saves an upload: not worth a run. */
  payloadHeld(server: Server, sha256: string): void {
    try {
      this.#store.servers.recordPayloadOn(server.name, sha256, Date.now());
    } catch {
      // The server is asked again.
    }
  }

  settled(job: string, outcome: JobOutcome): Promise<void> {
    return this.#facts.write({ job, outcome, at: Date.now() });
  }

  deploying(server: Server, { sha256, platform }: Artifact, from: { version: string; run?: string }): void {
    const known = this.#store.deployments.find(server.name, sha256);
    if (known) this.#before.set(`${server.name} ${sha256}`, known);
    this.#record({ server: server.name, sha256, platform, ...from, state: 'deploying', at: Date.now() });
  }

  /** A version that was there stays there: nothing is ever overwritten by half. */
  deployFailed(server: Server, { sha256 }: Artifact): void {
    const before = this.#before.get(`${server.name} ${sha256}`);
    this.#before.delete(`${server.name} ${sha256}`);
    const tried = this.#store.deployments.find(server.name, sha256);
    if (before?.state === 'active' || before?.state === 'idle') this.#record(before);
    else if (tried) this.#record({ ...tried, state: 'failed', at: Date.now() });
  }

  /** A runner has said hello: the server is there, and the runner on it is active. */
  opened(server: Server, { hello }: Session, deployed: Artifact | undefined): void {
    const { sha256, version } = hello;
    const platform = `${hello.os}/${hello.arch}`;
    this.#store.servers.saw({ server, host: hello.host, platform, at: Date.now() });
    const known = this.#store.deployments.find(server.name, sha256);
    this.#before.delete(`${server.name} ${sha256}`);
    if (!deployed && known?.state === 'active') return this.#changed();
    // One that was there already came when it came.
    const at = deployed || known?.state !== 'idle' ? Date.now() : known.at;
    const run = known?.run ? { run: known.run } : {};
    this.#record({ server: server.name, sha256, version, platform, state: 'active', at, ...run });
  }

  #collectIntents(): { readonly jobs: string[]; readonly written: Promise<void> } {
    const jobs: string[] = [];
    const write = async (): Promise<void> => {
      // Jobs begin one turn after the other, and each write waits for the disk.
      let known: number;
      do {
        known = jobs.length;
        await setImmediate();
      } while (jobs.length > known && jobs.length < INTENTS_TOGETHER);
      this.#intents = undefined;
      this.#facts.flush();
      const at = Date.now();
      this.#store.transaction(() => {
        for (const job of jobs) this.#store.jobs.setPhase(job, 'starting', at);
      });
      this.#changed();
    };
    return { jobs, written: write() };
  }

  #record(deployment: DeploymentRecord): void {
    this.#store.deployments.record(deployment);
    this.#changed();
  }
}

import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { Server } from '../domain/server.ts';
import type { Journal } from '../execution/journal.ts';
import type { Artifact, Artifacts } from '../runner/artifacts.ts';
import type { Session } from '../runner/session.ts';
import type { Store } from '../store/store.ts';

/** Writes intents and facts to the store and says that something has changed. */
export class Recorder implements Journal {
  readonly #store: Store;
  readonly #changed: () => void;

  constructor(store: Store, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
  }

  phase(job: string, phase: JobPhase): void {
    this.#store.jobs.setPhase(job, phase, Date.now());
    this.#changed();
  }

  settled(job: string, outcome: JobOutcome): void {
    this.#store.jobs.settle(job, outcome, Date.now());
    this.#changed();
  }

  deploying(server: Server, artifact: Artifact, artifacts: Artifacts, run: string | undefined): void {
    this.#deployment(server, artifact, artifacts, { state: 'deploying', ...(run ? { run } : {}) });
  }

  deployFailed(server: Server, artifact: Artifact, artifacts: Artifacts): void {
    this.#deployment(server, artifact, artifacts, { state: 'failed' });
  }

  /** A runner has said hello: the server is there, and the runner on it is active. */
  opened(server: Server, { hello }: Session, deployed: Artifact | undefined, artifacts: Artifacts): void {
    const platform = `${hello.os}/${hello.arch}`;
    this.#store.servers.saw({ server, host: hello.host, platform, at: Date.now() });
    const known = this.#store.deployments.find(server.name, hello.sha256);
    if (deployed || known?.state !== 'active') {
      const artifact = deployed ?? { sha256: hello.sha256, platform };
      this.#deployment(server, artifact, artifacts, { state: 'active', ...(known?.run ? { run: known.run } : {}) });
    } else this.#changed();
  }

  #deployment(
    server: Server,
    artifact: Pick<Artifact, 'sha256' | 'platform'>,
    { version }: Artifacts,
    fact: { readonly state: 'deploying' | 'active' | 'failed'; readonly run?: string },
  ): void {
    const { sha256, platform } = artifact;
    this.#store.deployments.record({ server: server.name, sha256, version, platform, at: Date.now(), ...fact });
    this.#changed();
  }
}

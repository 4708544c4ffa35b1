import { type Lab, type LabOptions, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { behind, type Chaos, type ChaosOptions, startChaos } from './chaos.ts';

/** A lab whose first server, `web1`, is behind a proxy that does harm; the others are reached as they are. */
export interface ChaosLab extends Lab {
  readonly chaos: Chaos;
  /** `web1` itself. */
  readonly server: Sshd;
}

export async function startChaosLab(options: Omit<LabOptions, 'reach'> & ChaosOptions = {}): Promise<ChaosLab> {
  let chaos: Chaos | undefined;
  const lab = await startLab({
    ...options,
    reach: async (server, index) => {
      if (index > 0) return server;
      chaos = await startChaos(server, options);
      return behind(server, chaos);
    },
  });
  const server = lab.servers[0];
  if (!chaos || !server) throw new Error('A lab without a server has nothing to be in front of');
  const proxy = chaos;
  return {
    ...lab,
    chaos: proxy,
    server,
    [Symbol.asyncDispose]: async () => {
      await lab[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

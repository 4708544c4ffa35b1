import { type Lab, startLab } from '../../fixtures/lab.ts';
import { type Sshd, sshConfig } from '../../fixtures/sshd.ts';

/** A client for these servers, called `web1`, `web2`, …; they end by themselves. */
export async function labOf(...servers: readonly Sshd[]): Promise<Lab> {
  const lab = await startLab({ servers: 0 });
  sshConfig(
    lab.folder,
    servers.map((server, index) => ({ alias: `web${index + 1}`, server })),
  );
  return lab;
}

import type { Shell } from '../shell.ts';

/** `cronium servers`: what can be named after `--on`. */
export async function serversCommand(options: { readonly json?: boolean }, shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  const servers = await cronium.servers();
  const active = cronium.deployments().filter(({ state }) => state === 'active');
  const width = Math.max(...servers.map(({ name }) => name.length));
  for (const { name, kind, address, tags, isProtected } of servers) {
    const runner = active.find(({ server }) => server === name);
    if (options.json) {
      const deployed = runner ? { runner: runner.version, platform: runner.platform } : {};
      const guarded = isProtected ? { protected: true } : {};
      await shell.out.write(`${JSON.stringify({ name, kind, address, tags, ...guarded, ...deployed })}\n`);
      continue;
    }
    const words = [
      kind === 'local' ? 'this machine' : address === name ? 'ssh' : `ssh ${address}`,
      ...tags.map((tag) => `@${tag}`),
      ...(isProtected ? ['protected'] : []),
      ...(runner ? [`runner ${runner.version} (${runner.platform})`] : []),
    ];
    await shell.out.write(`${name.padEnd(width)}  ${shell.palette.faint(words.join('  '))}\n`);
  }
  return 0;
}

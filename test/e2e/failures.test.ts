import { afterAll, beforeAll, expect, test } from 'vitest';
import { allOf, type Lab, outcomeOf, signals, startLab } from '../fixtures/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ servers: 3 });
});
afterAll(() => lab[Symbol.asyncDispose]());

const SERVERS = ['web1', 'web2', 'web3'];

test('a rollout stops when as many servers have failed as the event allows, and says so', async () => {
  const engine = lab.engine();
  const script = lab.script(
    'rollout.sh',
    '#!/bin/sh\n# cronium:\n#   parallel: 1\n#   maxFailures: 1\ntest "$CRONIUM_SERVER" = web1\n',
  );
  const events = await allOf(engine.run(await lab.plan(engine, script, SERVERS), signals()));
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
  expect(outcomeOf(events, 'web2')).toEqual({ kind: 'failed', exitCode: 1 });
  expect(outcomeOf(events, 'web3')).toEqual({
    kind: 'broken',
    code: 'run/max-failures',
    message: 'Not begun: 1 server had failed, as many as "maxFailures" allows',
  });
  expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'partial' });

  const [first] = engine.runs();
  const again = await engine.planReplay(first?.id ?? '', { signal: AbortSignal.timeout(30_000) });
  expect(again.maxFailures).toBe(1);
});

test('without a limit every server begins', async () => {
  const engine = lab.engine();
  const script = lab.script('all.sh', '#!/bin/sh\n# cronium:\n#   parallel: 1\nexit 1\n');
  const events = await allOf(engine.run(await lab.plan(engine, script, SERVERS), signals()));
  for (const server of SERVERS) expect(outcomeOf(events, server)).toEqual({ kind: 'failed', exitCode: 1 });
});

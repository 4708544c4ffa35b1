import { spawn } from 'node:child_process';

/** A step that ended badly; its output has been printed. */
class StepFailed extends Error {}

/** Runs one step with its output as it comes; ends the script with the step's exit code when that is not 0. */
export async function run(title, command, args, options = {}) {
  await lanes([[{ title, command, args, ...options }]], { stdio: 'inherit' });
}

/**
 * Runs lanes side by side, the steps of a lane one after the other. A step is `{title, command, args, cwd}`. Output is printed
 * when a step has ended, so that lanes do not mix. The first failure ends the script when the other lanes' steps have ended.
 */
export async function lanes(all, { stdio = 'pipe' } = {}) {
  let code = 0;
  await Promise.all(
    all.map(async (steps) => {
      try {
        for (const step of steps) if (code === 0) await once(step, stdio);
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
        code ||= error.code;
      }
    }),
  );
  if (code !== 0) process.exit(code);
}

function once({ title, command, args, cwd }, stdio) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: stdio === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      if (status === 0) {
        console.log(`${title}: ${seconds} s`);
        return resolve();
      }
      process.stderr.write(Buffer.concat(output));
      console.error(`\n${title}: stopped with ${signal ?? status} after ${seconds} s`);
      reject(Object.assign(new StepFailed(title), { code: status ?? 1 }));
    });
  });
}

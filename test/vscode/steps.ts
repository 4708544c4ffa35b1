import type { Stage, StageOptions } from './stage.ts';

/** One thing a person does, and what has to be seen then. Its function's name is its title. */
export type Step = (stage: Stage) => Promise<void>;

/** A walk through the extension: `run-workbench.ts` takes the export `walk` of a file. */
export interface Walk {
  readonly stage: Omit<StageOptions, 'vsix' | 'shotsDir'>;
  readonly steps: readonly Step[];
}

/** Walks the steps in order with a picture of each; the first that fails ends it. */
export async function runSteps(stage: Stage, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const begin = performance.now();
    await step(stage);
    await stage.workbench.shot(step.name);
    console.log(`ok ${(performance.now() - begin).toFixed(0).padStart(6)} ms  ${step.name}`);
  }
  const { errors } = stage.workbench;
  if (errors.length > 0) throw new Error(`Uncaught in the page: ${errors.join('; ')}`);
}

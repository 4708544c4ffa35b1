import type { Interpreter } from './event.ts';

/** `manifest.yaml` of a payload; see docs/protocol.md, "Payload". */
export interface Manifest {
  readonly cronium: 1;
  readonly name: string;
  readonly entrypoint: string;
  readonly interpreter?: Interpreter;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

import type { Artifact } from './artifacts.ts';

/** A runner version to start in place of ours. */
export interface Pin {
  readonly sha256: string;
  /** `linux/amd64`; servers of another platform get ours. */
  readonly platform: string;
}

/** A row of the table that the boot script carries. */
export interface Runner {
  /** What `uname -s -m` prints there. */
  readonly uname: string;
  readonly sha256: string;
  /** Its bytes; absent of a version that is not ours: it can only be started where it is. */
  readonly artifact?: Artifact;
}

/** The table of runners, with the pinned version in the place of ours. */
export function runnerTable(artifacts: readonly Artifact[], pin: Pin | undefined): readonly Runner[] {
  return artifacts.map((artifact) => {
    const { uname, platform, sha256 } = artifact;
    if (platform !== pin?.platform || sha256 === pin.sha256) return { uname, sha256, artifact };
    return { uname, sha256: pin.sha256 };
  });
}

import type { Row } from '../../views/row.ts';

/** The names of the servers that rows stand for, once each: a server may also be shown in its groups, and have versions. */
export function serverNames(rows: readonly Row[]): readonly string[] {
  const names = rows.flatMap(({ target }) =>
    target?.kind === 'server' ? [target.name] : target?.kind === 'deployment' ? [target.server] : [],
  );
  return [...new Set(names)];
}

/** A runner version on a server. */
export interface Version {
  readonly server: string;
  readonly sha256: string;
}

export function versions(rows: readonly Row[]): readonly Version[] {
  return rows.flatMap(({ target }) =>
    target?.kind === 'deployment' ? [{ server: target.server, sha256: target.sha256 }] : [],
  );
}

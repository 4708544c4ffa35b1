import { workspace } from 'vscode';
import { CroniumError } from '../../domain/errors.ts';

/** In an untrusted workspace nothing runs. Asked at every entry: a command can be called whatever the menus show. */
export function assertTrusted(): void {
  if (workspace.isTrusted) return;
  throw new CroniumError(
    'workspace/untrusted',
    'Cannot run scripts of this workspace: it is not trusted, and its scripts could do anything on your servers',
  );
}

/** In an untrusted workspace variables are shown and not changed: scripts elsewhere would read what somebody was talked into. */
export function assertMayChange(): void {
  if (workspace.isTrusted) return;
  throw new CroniumError(
    'workspace/untrusted',
    'Cannot change variables from this workspace: it is not trusted, and scripts of other workspaces read some of them',
  );
}

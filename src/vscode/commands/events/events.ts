import { commands, type Memento } from 'vscode';
import { WALKTHROUGH_ID } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import { uriOf as fileOf } from '../../host/place.ts';
import { forgetScript } from '../../recent-scripts.ts';
import type { Target } from '../../views/row.ts';
import type { Trees } from '../../views/trees.ts';
import { type Handlers, rowOf, rowsOf, uriOf } from '../handler.ts';
import { createEvent } from './create-event.ts';
import { newEvent } from './new-event.ts';
import { showAt } from './show-at.ts';

export interface EventCommandDeps {
  readonly engine: LazyEngine;
  readonly memory: Memento;
  readonly trees: Pick<Trees, 'refreshEvents'>;
}

type Name =
  | 'openScript'
  | 'editEvent'
  | 'revealScript'
  | 'createEvent'
  | 'newEvent'
  | 'forgetRecent'
  | 'openWalkthrough';

/** The commands that find, write and open events; they run nothing. */
export function eventCommands(deps: EventCommandDeps): Handlers<Name> {
  return {
    openScript: async (target) => {
      const event = eventOf(target);
      // As a preview, like any file of a tree.
      if (event) await commands.executeCommand('vscode.open', fileOf(event.script));
    },
    editEvent: async (target) => {
      const event = eventOf(target);
      if (!event) return;
      const { path, line } = event.declaredAt ?? { path: event.script.path, line: 1 };
      await showAt(fileOf({ root: event.script.root, path }), line);
    },
    revealScript: async (target) => {
      const event = eventOf(target);
      if (event) await commands.executeCommand('revealInExplorer', fileOf(event.script));
    },
    createEvent: async (target) => {
      const event = eventOf(target);
      await createEvent(event ? fileOf(event.script) : uriOf(target), deps);
    },
    newEvent,
    forgetRecent: async (target, selected) => {
      for (const { target: event } of rowsOf(target, selected)) {
        if (event?.kind === 'event') await forgetScript(deps.memory, event.script);
      }
      deps.trees.refreshEvents();
    },
    openWalkthrough: async () => {
      await commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH_ID, false);
    },
  };
}

function eventOf(target: unknown): Extract<Target, { readonly kind: 'event' }> | undefined {
  const event = rowOf(target)?.target;
  return event?.kind === 'event' ? event : undefined;
}

import {
  languages,
  RelativePattern,
  type TextDocument,
  TextDocumentSaveReason,
  Disposable as VsCodeDisposable,
  workspace,
} from 'vscode';
import type { LoadedEvent } from '../../app/events.ts';
import { SETTINGS } from '../contributions.ts';
import type { EventIndex } from '../event-index.ts';
import { eventKey } from '../event-key.ts';
import { readDocument } from '../host/documents.ts';
import { placeOf, uriOf } from '../host/place.ts';
import { isSwitchedOn } from '../host/settings.ts';
import type { SavedEvent } from './run-saved.ts';
import { savedEvents } from './saved-events.ts';

/** An event that a save runs. */
export interface Save extends SavedEvent {
  /** Which event; the same for all its saves. */
  readonly key: string;
}

export interface SaveListener {
  /** Asked first, so that a save costs nothing where nothing may run. */
  isAllowed(): boolean;
  onDidSave(save: Save): void;
  onDidFail(error: unknown): void;
}

/** Tells of saves that run events. Automatic saves count only when the settings say so. */
export function watchSaves(events: EventIndex, listener: SaveListener): Disposable {
  const savedByHand = new WeakSet<TextDocument>();
  const saved = async (document: TextDocument, isByHand: boolean): Promise<void> => {
    if (!listener.isAllowed() || !(isByHand || isSwitchedOn(SETTINGS.autoSave))) return;
    try {
      for await (const { event } of eventsOf(document, events)) {
        listener.onDidSave({ key: eventKey(event), target: event, isByHand });
      }
    } catch (error) {
      listener.onDidFail(error);
    }
  };
  const listeners = VsCodeDisposable.from(
    workspace.onWillSaveTextDocument(({ document, reason }) => {
      if (reason === TextDocumentSaveReason.Manual) savedByHand.add(document);
      else savedByHand.delete(document);
    }),
    workspace.onDidSaveTextDocument((document) => void saved(document, savedByHand.delete(document))),
  );
  return { [Symbol.dispose]: () => listeners.dispose() };
}

/** The saved script's own event at once; the others as soon as it is known which there are. */
async function* eventsOf(document: TextDocument, events: EventIndex): AsyncGenerator<LoadedEvent> {
  const text = document.getText();
  const place = placeOf(document.uri);
  // Looked at before anything is loaded: nearly every save is of something else.
  if (text.includes('onSave')) {
    const { loaded } = await readDocument(document, text);
    if (loaded.event.onSave) yield loaded;
  }
  const root = uriOf({ root: place.root, path: '.' });
  const matches = (glob: string): boolean =>
    languages.match({ pattern: new RelativePattern(root, glob) }, document) > 0;
  const known = (await events.get()).flatMap((folder) => folder.events);
  yield* savedEvents(place, { known, matches });
}

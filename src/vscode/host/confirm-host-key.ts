import { type Disposable, l10n, TabInputText, Uri, window, workspace } from 'vscode';
import { abortable } from '../../base/wait.ts';
import type { HostKeyQuestion } from '../../transport/transport.ts';
import { lineText, noticeText } from '../plain-text.ts';
import { hostKeyText } from './host-key-text.ts';
import { shortPath } from './short-path.ts';

const SCHEME = 'cronium-host-key';

/** Asks whether the key of an unknown host is to be trusted. Rejects with the signal's reason. */
export async function confirmHostKey(
  question: HostKeyQuestion,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const trust = l10n.t('Trust and Connect');
  const showRandomart = l10n.t('Show Randomart');
  const message = noticeText(l10n.t('The host “{0}” of the server “{1}” is not known', question.host, question.server));
  const options = { modal: true, detail: detailOf(question) };
  // A modal cannot be closed from here; its late answer is not used.
  const answer = await abortable(Promise.resolve(window.showWarningMessage(message, options, trust, showRandomart)), {
    signal,
  });
  return answer === showRandomart ? await compare(question, signal) : answer === trust;
}

function detailOf({ keyType, fingerprint, file, knownTypes }: HostKeyQuestion): string {
  return [
    ...(knownTypes.length > 0
      ? [
          l10n.t(
            'Careful: it is known by keys of another type ({0}). Somebody else may be answering in its place.',
            knownTypes.join(', '),
          ),
        ]
      : []),
    l10n.t('Its {0} key has the fingerprint\n{1}', keyType, fingerprint),
    l10n.t(
      "Compare it with what the server's owner says. If you trust it, it is added to {0}.",
      lineText(shortPath(file)),
    ),
  ].join('\n\n');
}

/** Shows the key's picture beside the question: a modal draws it in letters of many widths and hides what could be compared. */
async function compare(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
  const uri = Uri.from({ scheme: SCHEME, path: `/${l10n.t('Host key of {0}', lineText(question.server))}` });
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: () => hostKeyText(question),
  });
  try {
    await window.showTextDocument(uri, { preview: true });
    return await pick(question, signal);
  } finally {
    provider.dispose();
    await close(uri);
  }
}

async function pick({ server, file }: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
  const trust = {
    label: `$(check) ${l10n.t('Trust and Connect')}`,
    detail: l10n.t('Adds it to {0}', lineText(shortPath(file))),
  };
  const picker = window.createQuickPick();
  picker.title = l10n.t('Host key of {0}', lineText(server));
  picker.placeholder = l10n.t('Is it the key of your server?');
  picker.items = [trust, { label: `$(circle-slash) ${l10n.t('Do Not Connect')}` }];
  // Neither is answered by chance.
  picker.activeItems = [];
  picker.ignoreFocusOut = true;
  const answered = Promise.withResolvers<boolean>();
  const listeners: Disposable[] = [
    picker.onDidAccept(() => {
      const [chosen] = picker.selectedItems;
      if (chosen) answered.resolve(chosen === trust);
    }),
    picker.onDidHide(() => answered.resolve(false)),
  ];
  try {
    picker.show();
    return await abortable(answered.promise, { signal });
  } finally {
    for (const listener of listeners) listener.dispose();
    picker.dispose();
  }
}

async function close(uri: Uri): Promise<void> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const ours = tabs.filter(({ input }) => input instanceof TabInputText && input.uri.toString() === uri.toString());
  if (ours.length > 0) await window.tabGroups.close(ours, true);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationTarget, commands, Range, type TextDocument, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import { findEvents } from '../../../src/app/events.ts';
import { nodeFiles } from '../../../src/app/node-files.ts';
import type { ScriptFile } from '../../../src/domain/event.ts';
import type { Files } from '../../../src/domain/files.ts';
import { buildPayload } from '../../../src/payload/payload.ts';
import { COMMANDS, SETTINGS } from '../../../src/vscode/contributions.ts';
import { findDocument, readDocument, readEvent } from '../../../src/vscode/host/documents.ts';
import { openFolders, placeOf, rootOf, uriOf } from '../../../src/vscode/host/place.ts';
import { workspaceFiles } from '../../../src/vscode/host/workspace-files.ts';
import { assert, ended, newRun, openApi, until } from './kit.ts';
import { MemoryFs } from './memory-fs.ts';
import { runSuite } from './mocha.ts';

const SCRIPT =
  '#!/bin/sh\n# cronium:\n#   name: Elsewhere\n#   servers: [local]\n#   files: [lib, "*.txt"]\ncat *.txt\n';

export const run = (): Promise<void> =>
  runSuite(() => {
    describe('the files of the workspace', () => {
      const elsewhere = new MemoryFs();
      const site = (host: string, path: string): Uri => Uri.from({ scheme: 'cronium-mem', authority: host, path });
      let dir = '';

      before(async () => {
        dir = mkdtempSync(join(tmpdir(), 'files-'));
        workspace.registerFileSystemProvider('cronium-mem', elsewhere, { isCaseSensitive: true });
        workspace.registerFileSystemProvider('cronium-old', new MemoryFs(), { isReadonly: true });
        await until('the new file systems', () =>
          ['cronium-mem', 'cronium-old'].every((scheme) => workspace.fs.isWritableFileSystem(scheme) !== undefined)
            ? true
            : undefined,
        );
        // What no editor writes unasked.
        writeFileSync(join(folder().fsPath, 'latin.sh'), Buffer.from('echo é\n', 'latin1'));
        elsewhere.put(site('one', '/my work/a#1 %41?.sh'), SCRIPT);
        elsewhere.put(site('one', '/my work/lib/é ü.sh'), 'lib');
        elsewhere.put(site('one', '/my work/data.txt'), 'data');
        elsewhere.put(site('two', '/my work/a#1 %41?.sh'), 'echo two');
        elsewhere.put(site('', '/nowhere/run.sh'), 'echo nowhere');
      });

      after(() => rmSync(dir, { recursive: true, force: true }));

      it('have places that lead back to them, and differ by their hosts', () => {
        for (const uri of [
          site('one', '/my work/a#1 %41?.sh'),
          site('two', '/my work/a#1 %41?.sh'),
          site('', '/nowhere/run.sh'),
          Uri.joinPath(folder(), 'scripts/odd #1 %41.sh'),
          Uri.file('/etc/hosts'),
        ]) {
          assert.equal(uriOf(placeOf(uri)).toString(), uri.toString());
        }
        assert.equal(placeOf(site('one', '/my work/x.sh')).root, 'cronium-mem://one/my%20work');
        assert.deepEqual(placeOf(Uri.joinPath(folder(), 'scripts/x.sh')), {
          root: folder().fsPath,
          path: 'scripts/x.sh',
        });
        assert.deepEqual(openFolders(), [{ name: 'workspace', root: rootOf(folder()) }]);
      });

      it('are packed from a virtual file system as from this disk', async () => {
        const place = placeOf(site('one', '/my work/a#1 %41?.sh'));
        const script = await readDocument(await findDocument(uriOf(place)));
        assert.equal(script.text, undefined);
        assert.equal(script.loaded.event.name, 'Elsewhere');
        writeFileSync(join(dir, place.path), SCRIPT, { mode: 0o755 });
        writeFileSync(join(dir, 'data.txt'), 'data');
        await workspace.fs.createDirectory(Uri.file(join(dir, 'lib')));
        writeFileSync(join(dir, 'lib/é ü.sh'), 'lib');
        const there = await pack(place, workspaceFiles());
        assert.equal(there, await pack({ root: dir, path: place.path }, nodeFiles));
        assert.equal(there, await pack({ root: dir, path: place.path }, workspaceFiles()));
      });

      it('are found as the command line finds them', async () => {
        const { signal } = new AbortController();
        const found = async (files: Files) => {
          const events = await findEvents(rootOf(folder()), { files, signal });
          return events.map(({ event }) => event.id);
        };
        assert.deepEqual(await found(workspaceFiles()), ['scripts/event.sh', 'cronium.yaml#entry']);
        assert.deepEqual(await found(workspaceFiles()), await found(nodeFiles));
        const there = await findEvents(rootOf(site('one', '/my work')), { files: workspaceFiles(), signal });
        assert.deepEqual(
          there.map(({ event }) => event.id),
          ['a#1 %41?.sh'],
        );
      });

      it('have the changes of open editors, in their encoding', async () => {
        const uri = Uri.joinPath(folder(), 'latin.sh');
        const document = await workspace.openTextDocument(uri, { encoding: 'windows1252' });
        assert.equal(document.getText(), 'echo é\n');
        await insert(document, 'echo ü\n');
        const bytes = await workspaceFiles().read(placeOf(uri), { maxBytes: 100 });
        assert.deepEqual(Buffer.from(bytes), Buffer.from('echo ü\necho é\n', 'latin1'));
        await revert(document);
        assert.deepEqual(Buffer.from(await workspaceFiles().read(placeOf(uri), { maxBytes: 100 })).length, 7);
      });

      it('are as saved where changes are saved first', async () => {
        await setUnsaved('save');
        try {
          const document = await workspace.openTextDocument(Uri.joinPath(folder(), 'scripts/lib.sh'));
          await insert(document, 'echo changed\n');
          const read = () => workspaceFiles().read(placeOf(document.uri), { maxBytes: 100 });
          assert.equal(Buffer.from(await read()).toString(), 'echo lib\n');
          const { text } = await readDocument(document);
          assert.equal(text, undefined);
          assert.equal(document.isDirty, false);
          assert.equal(Buffer.from(await read()).toString(), 'echo changed\necho lib\n');
        } finally {
          await setUnsaved(undefined);
        }
      });

      it('make events from the editors’ texts of the script and of cronium.yaml', async () => {
        const script: ScriptFile = placeOf(Uri.joinPath(folder(), 'scripts/run.sh'));
        const declarations = await workspace.openTextDocument(Uri.joinPath(folder(), 'cronium.yaml'));
        const text = await workspace.openTextDocument(uriOf(script));
        await insert(text, '#!/bin/sh\n# cronium:\n#   timeout: 7s\n');
        await replace(declarations, '[saved]', '[changed]');
        try {
          const { loaded, text: counted } = await readEvent({ id: 'cronium.yaml#entry', script });
          assert.deepEqual(loaded.problems, []);
          assert.deepEqual([loaded.event.args, loaded.event.timeoutMs], [['changed'], 7_000]);
          assert.equal(counted, text.getText());
          await replace(declarations, 'scripts/run.sh', 'scripts/lib.sh');
          const other = await readEvent({ id: 'cronium.yaml#entry', script });
          assert.equal(other.loaded.event.script.path, 'scripts/lib.sh');
          assert.equal(other.text, undefined);
        } finally {
          await revert(text);
          await revert(declarations);
        }
      });

      it('are not what only looks like them', async () => {
        const shown = Uri.parse('git:/x/run.sh?ref');
        await assert.rejects(findDocument(shown), { code: 'script/scheme' });
        await assert.rejects(findDocument(Uri.parse('cronium-old:/run.sh')), { code: 'script/scheme' });
      });

      it('are no more than a text when it is new', async () => {
        const document = await workspace.openTextDocument({ language: 'shellscript', content: 'echo new\n' });
        const { loaded, text } = await readDocument(document);
        assert.equal(text, 'echo new\n');
        assert.equal(loaded.event.script.root, rootOf(folder()));
        assert.deepEqual(loaded.event.interpreter?.commands, ['bash']);
      });

      it('run from a virtual file system', async () => {
        const api = await openApi();
        const known = await api.runs();
        void commands.executeCommand(COMMANDS.runActiveScript, site('one', '/my work/a#1 %41?.sh'));
        const { id } = await ended(api, (await newRun(api, 'Elsewhere', known)).id);
        assert.equal(await api.log(id, 'local'), 'data');
      });

      async function pack({ root, path }: ScriptFile, files: Files): Promise<string> {
        const { loaded } = await readDocument(await findDocument(uriOf({ root, path })));
        const cacheDir = join(dir, '.cache');
        return (await buildPayload(loaded.event, { files, cacheDir, signal: new AbortController().signal })).sha256;
      }
    });
  });

function folder(): Uri {
  const [first] = workspace.workspaceFolders ?? [];
  assert.ok(first);
  return first.uri;
}

async function setUnsaved(value: string | undefined): Promise<void> {
  await workspace.getConfiguration().update(SETTINGS.unsaved, value, ConfigurationTarget.Workspace);
}

async function insert(document: TextDocument, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, document.positionAt(0), text);
  assert.ok(await workspace.applyEdit(edit));
  assert.equal(document.isDirty, true);
}

async function replace(document: TextDocument, old: string, text: string): Promise<void> {
  const at = document.getText().indexOf(old);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(at), document.positionAt(at + old.length)), text);
  assert.ok(at >= 0 && (await workspace.applyEdit(edit)));
}

async function revert(document: TextDocument): Promise<void> {
  await window.showTextDocument(document);
  await commands.executeCommand('workbench.action.files.revert');
  assert.equal(document.isDirty, false);
}

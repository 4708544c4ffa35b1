import { expect, test } from 'vitest';
import { findPlace, findSetting } from '../../../src/vscode/error-place.ts';

test('findPlace() is the first place that an error names', () => {
  const message =
    'Cannot run "a.sh":\n  /project/my files/a.sh:3:7  Unknown field "sevrers"\n  /project/my files/a.sh:5:1  Unknown field "x"';
  expect(findPlace(message)).toEqual({ file: '/project/my files/a.sh', line: 3, column: 7 });
  expect(findPlace('Cannot connect to "web1:22:7": refused')).toBeUndefined();
});

test('findPlace() reads drives and addresses', () => {
  const files = ['C:\\work\\a.sh', 'vscode-remote://ssh+box/work/a.sh'];
  expect(files.map((file) => findPlace(`Cannot run:\n  ${file}:1:2  No`)?.file)).toEqual(files);
});

test('findSetting() is the setting that an error names', () => {
  expect(findSetting('Cannot use the setting "cronium.run.timeout": "x" is no duration')).toBe('cronium.run.timeout');
  expect(findSetting('Cannot use the servers of your settings:\n  cronium.servers → web: no')).toBe('cronium.servers');
  expect(findSetting('Cannot use "cronium": no')).toBeUndefined();
});

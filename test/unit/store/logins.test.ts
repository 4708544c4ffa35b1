import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { tempDir } from './temp-dir.ts';

test('Logins keep the key that was accepted last, for each place, also for the next process', () => {
  using dir = tempDir();
  {
    using store = openStore(dir.path);
    store.logins.accepted('root@web1:22', 'SHA256:one');
    store.logins.accepted('root@web2:22', 'SHA256:one');
    store.logins.accepted('root@web1:22', 'SHA256:two');
    store.logins.forget('root@web2:22');
    store.logins.forget('root@never:22');
  }
  using store = openStore(dir.path);
  expect(['root@web1:22', 'root@web2:22', 'root@never:22'].map((place) => store.logins.keyFor(place))).toEqual([
    'SHA256:two',
    undefined,
    undefined,
  ]);
});

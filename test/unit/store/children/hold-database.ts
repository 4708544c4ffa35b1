// Holds the database file in argv[2] for itself and says "held", until stdin ends. A process of its own: locks of the same process do not keep it out.
import { once } from 'node:events';
import Database from 'better-sqlite3';

const database = new Database(process.argv[2] ?? '');
database.pragma('locking_mode = EXCLUSIVE');
database.exec('BEGIN EXCLUSIVE; CREATE TABLE other (x); COMMIT');
process.stdout.write('held\n');
process.stdin.resume();
await once(process.stdin, 'end');
database.close();

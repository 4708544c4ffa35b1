import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from './fleet.ts';
import type { Command } from './sample.ts';

/** Whether connections are there already when a tool begins. */
export type Temperature = 'cold' | 'warm';

/** A script on the first so many servers of a fleet. */
export interface Work {
  readonly fleet: Fleet;
  readonly count: number;
  readonly script: string;
  readonly temperature: Temperature;
}

export interface Tool {
  readonly name: string;
  /** `shared`: over the masters that the bench holds open; `own`: it keeps connections by itself; none: it cannot. */
  readonly warm?: 'shared' | 'own';
  readonly command: (work: Work) => Command;
}

const FABRIC = `
import sys, warnings
warnings.filterwarnings('ignore')
from concurrent.futures import ThreadPoolExecutor
from fabric import Config, Connection
config, hosts, script = sys.argv[1], open(sys.argv[2]).read().split(), open(sys.argv[3]).read()
class Lines:
    def __init__(self, host): self.host, self.rest = host, ''
    def write(self, text):
        *lines, self.rest = (self.rest + text).split('\\n')
        for line in lines: sys.stdout.write(self.host + ': ' + line + '\\n')
        sys.stdout.flush()
    def flush(self): pass
def one(host):
    with Connection(host, config=Config(runtime_ssh_path=config), connect_kwargs=dict(look_for_keys=False, allow_agent=False)) as c:
        return c.run(script, hide=False, warn=True, out_stream=Lines(host), err_stream=Lines(host), in_stream=False).exited
with ThreadPoolExecutor(len(hosts)) as pool: sys.exit(max(pool.map(one, hosts)))
`;

/** What people type today, all at full width. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'ssh',
    warm: 'shared',
    command: (work) => {
      const { fleet, count, script } = work;
      const [only] = fleet.names(1);
      // One server: nothing but ssh itself.
      if (count === 1) return { command: ['ssh', '-F', configOf(work), only ?? '', 'bash -s'], input: text(script) };
      const loop = `while read -r h; do ssh -F ${configOf(work)} "$h" bash -s < ${script} & done < ${fleet.hostsFile(count)}; wait`;
      return { command: ['bash', '-c', loop] };
    },
  },
  {
    name: 'pssh',
    warm: 'shared',
    command: (work) => ({
      command: [
        ...['parallel-ssh', '-h', work.fleet.hostsFile(work.count), '-p', String(work.count), '-t', '0'],
        ...['-x', `-F ${configOf(work)}`, '-i', '-I', 'bash -s'],
      ],
      input: text(work.script),
    }),
  },
  {
    name: 'pdsh',
    warm: 'shared',
    command: (work) => ({
      command: [
        ...['pdsh', '-R', 'ssh', '-f', String(work.count)],
        ...['-w', `^${work.fleet.hostsFile(work.count)}`, text(work.script)],
      ],
      env: { PDSH_SSH_ARGS_APPEND: `-F ${configOf(work)}` },
    }),
  },
  {
    name: 'clush',
    warm: 'shared',
    command: (work) => ({
      command: [
        ...['clush', '-f', String(work.count), `--hostfile=${work.fleet.hostsFile(work.count)}`],
        ...['-o', `-F ${configOf(work)}`, 'bash -s'],
      ],
      input: text(work.script),
    }),
  },
  {
    name: 'Fabric',
    command: ({ fleet, count, script }) => {
      const program = join(fleet.folder, 'fabric_run.py');
      writeFileSync(program, FABRIC);
      return { command: ['/usr/bin/python3', program, fleet.config, fleet.hostsFile(count), script] };
    },
  },
  {
    name: 'Ansible',
    warm: 'own',
    command: ({ fleet, count, script }) => {
      const inventory = join(fleet.folder, `inventory-${count}`);
      const variables = [`ansible_ssh_common_args=-F ${fleet.config}`, 'ansible_python_interpreter=/usr/bin/python3'];
      writeFileSync(inventory, `[all]\n${fleet.names(count).join('\n')}\n[all:vars]\n${variables.join('\n')}\n`);
      return {
        command: ['ansible', '-i', inventory, 'all', '-m', 'script', '-a', script, '-f', String(count)],
        env: ansibleEnvironment(fleet),
      };
    },
  },
];

/** Where masters of all tools have their sockets: to end them is to make the next run a cold one. */
export function ansibleSockets(fleet: Fleet): string {
  const folder = join(fleet.folder, 'a');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function ansibleEnvironment(fleet: Fleet): Record<string, string> {
  const home = join(fleet.folder, 'ansible');
  return {
    LC_ALL: 'C.UTF-8',
    ANSIBLE_HOME: home,
    ANSIBLE_LOCAL_TEMP: join(home, 'tmp'),
    ANSIBLE_REMOTE_TMP: '~/.ansible/tmp',
    ANSIBLE_SSH_CONTROL_PATH_DIR: ansibleSockets(fleet),
    ANSIBLE_NOCOWS: '1',
    ANSIBLE_RETRY_FILES_ENABLED: '0',
  };
}

function configOf({ fleet, temperature }: Work): string {
  return temperature === 'warm' ? fleet.sharedConfig : fleet.config;
}

function text(file: string): string {
  return readFileSync(file, 'utf8');
}

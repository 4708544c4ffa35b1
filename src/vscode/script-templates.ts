import { extname } from 'node:path';

/** What a new script in a language begins with: something that runs at once and shows where. */
export interface ScriptTemplate {
  /** The editor's name for the language. */
  readonly languageId: string;
  /** As a person calls it. */
  readonly label: string;
  readonly extension: string;
  /** The first line, which no header may precede. */
  readonly head: string;
  readonly body: string;
}

/** Well below what file systems take. */
const MAX_NAME_CHARACTERS = 80;

/** The languages of new scripts, the most used first. */
export const SCRIPT_TEMPLATES: readonly ScriptTemplate[] = [
  {
    languageId: 'shellscript',
    label: 'Bash',
    extension: '.sh',
    head: '#!/usr/bin/env bash',
    body: 'set -euo pipefail\n\necho "Hello from $(uname -n)"\n',
  },
  {
    languageId: 'python',
    label: 'Python',
    extension: '.py',
    head: '#!/usr/bin/env python3',
    body: 'import platform\n\nprint(f"Hello from {platform.node()}")\n',
  },
  {
    languageId: 'javascript',
    label: 'JavaScript (Node.js)',
    extension: '.js',
    head: '#!/usr/bin/env node',
    body: "const { hostname } = require('node:os');\n\nconsole.log(`Hello from ${hostname()}`);\n",
  },
  {
    languageId: 'ruby',
    label: 'Ruby',
    extension: '.rb',
    head: '#!/usr/bin/env ruby',
    body: 'require "socket"\n\nputs "Hello from #{Socket.gethostname}"\n',
  },
  {
    languageId: 'perl',
    label: 'Perl',
    extension: '.pl',
    head: '#!/usr/bin/env perl',
    body: 'use strict;\nuse warnings;\nuse Sys::Hostname;\n\nprint "Hello from ", hostname(), "\\n";\n',
  },
  {
    languageId: 'php',
    label: 'PHP',
    extension: '.php',
    head: '<?php',
    body: 'echo "Hello from ", gethostname(), PHP_EOL;\n',
  },
  {
    languageId: 'powershell',
    label: 'PowerShell',
    extension: '.ps1',
    head: '#!/usr/bin/env pwsh',
    body: '$ErrorActionPreference = "Stop"\n\nWrite-Output "Hello from $([System.Net.Dns]::GetHostName())"\n',
  },
];

/** The text of a script that is still to be written, as its name says. */
export function newScript(path: string): string {
  const template = SCRIPT_TEMPLATES.find(({ extension }) => extension === extname(path).toLowerCase());
  return template ? scriptText(template) : '';
}

/** A new script without a header. */
export function scriptText({ head, body }: ScriptTemplate): string {
  return `${head}\n\n${body}`;
}

/** The name of a file for an event: `Restart web` is `restart-web.sh`. Undefined when the name has no letter or digit. */
export function fileNameFor(name: string, extension: string): string | undefined {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words ? `${words.join('-').slice(0, MAX_NAME_CHARACTERS)}${extension}` : undefined;
}

/** The name of an event, from the name of its file: `restart-web.sh` is `Restart web`. */
export function nameFor(path: string): string {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/(?!^)\.[^.]+$/, '');
  const words = stem.replace(/[-_.\s]+/g, ' ').trim();
  return words === '' ? stem : words.charAt(0).toUpperCase() + words.slice(1);
}

import type { Plugin } from 'esbuild';

export declare const ownSha512: Plugin;

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ConsoleStore } from '../../../../director/messages/console-store.ts';
import { scratchDirectory } from '../scratch-directory.ts';

let file: string;

beforeEach(() => {
  file = path.join(scratchDirectory(), 'peer-dir.conmsg');
});

describe('the messages for the console', () => {
  test('are shown once, in order', async () => {
    const store = await ConsoleStore.open(file);
    expect(store.pending).toBe(false);
    await Promise.all([store.add('one\n'), store.add('two\n')]);
    expect(store.pending).toBe(true);
    expect(await store.take()).toBe('one\ntwo\n');
    expect(store.pending).toBe(false);
    expect(await store.take()).toBe('');
  });

  test('outlive the Director', async () => {
    await (await ConsoleStore.open(file)).add('before\n');
    const next = await ConsoleStore.open(file);
    expect(next.pending).toBe(true);
    await next.add('after\n');
    expect(await next.take()).toBe('before\nafter\n');
  });

  test('that were being shown when the Director died are shown again', async () => {
    await writeFile(`${file}.shown`, 'half shown\n');
    const store = await ConsoleStore.open(file);
    await store.add('new\n');
    expect(await store.take()).toBe('half shown\n');
    expect(store.pending).toBe(true);
    expect(await store.take()).toBe('new\n');
    expect(store.pending).toBe(false);
  });

  test('stop being kept when nobody reads them for long, and say so', async () => {
    const store = await ConsoleStore.open(file);
    const large = `${'x'.repeat(9 * 1024 * 1024)}\n`;
    await store.add(large);
    await store.add(large);
    await store.add('lost\n');
    const kept = await readFile(file, 'utf8');
    expect(kept.slice(large.length)).toContain('not kept for the console');
    await store.take();
    await store.add('kept again\n');
    expect(await store.take()).toBe('kept again\n');
  });
});
